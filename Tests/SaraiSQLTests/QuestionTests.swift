import SaraiCore
import SaraiSQL
import Testing

/// Questions and the rows that they have to give, without a model.
@Suite struct QuestionTests {
  struct Pair: Sendable, CustomTestStringConvertible {
    var question: String
    var language: Language
    var rows: [String]
    var testDescription: String { question }

    init(_ language: Language, _ question: String, _ rows: String...) {
      self.question = question
      self.language = language
      self.rows = rows
    }
  }

  static let pairs: [Pair] = [
    Pair(.spanish, "¿Cuántos clientes hay?", "6"),
    Pair(.spanish, "¿cuántos clientes hay en Madrid?", "3"),
    Pair(.spanish, "¿Cuántos clientes hay por ciudad?", "Madrid|3", "Barcelona|1", "Bilbao|1", "Sevilla|1"),
    Pair(.spanish, "número de productos de informática", "3"),
    Pair(.spanish, "¿Cuántos clientes tienen más de 40 años?", "3"),
    Pair(.spanish, "¿cuántos clientes con edad mayor que 40 hay?", "3"),
    Pair(.spanish, "¿Cuál es el precio medio de los productos?", "104.5"),
    Pair(.spanish, "precio medio por categoría", "muebles|152.5", "informática|72.5"),
    Pair(.spanish, "¿Cuál es el producto más caro?", "5|Mesa|muebles|210|5"),
    Pair(.spanish, "los 2 productos más baratos", "2|Ratón|informática|12|100", "1|Teclado|informática|25.5|40"),
    Pair(.spanish, "¿Cuál es el importe total de las ventas?", "1337.5"),
    Pair(.spanish, "suma del importe de las ventas en 2023", "455"),
    Pair(
      .spanish, "ventas totales por cliente", "Luis Pérez|380", "Pablo Ruiz|360", "Ana López|231", "Jon Etxea|210",
      "Marta Gil|131", "Nuria Vidal|25.5"),
    Pair(.spanish, "¿cuántas ventas hubo en marzo de 2024?", "3"),
    Pair(.spanish, "¿Cuántas ventas hay entre el 1 de enero de 2024 y el 31 de marzo de 2024?", "4"),
    Pair(.spanish, "ventas desde el 01/05/2024", "5|4|5|1|210|2024-05-01", "6|5|1|1|25.5|2024-06-20"),
    Pair(.spanish, "top 2 clientes por importe", "Luis Pérez|380", "Pablo Ruiz|360"),
    Pair(.spanish, "¿Qué cliente tiene más ventas?", "Ana López|2"),
    Pair(.spanish, "¿Qué ciudades hay?", "Madrid", "Sevilla", "Bilbao", "Barcelona"),
    Pair(.spanish, "¿cuántas ciudades distintas hay?", "4"),
    Pair(.spanish, "nombre y edad de los clientes de Sevilla", "Luis Pérez|45"),
    Pair(.spanish, "¿Cuánto cuesta el Monitor?", "180"),
    Pair(.spanish, "¿cuál es la edad máxima de los clientes?", "52"),
    Pair(.spanish, "productos con precio entre 20 y 100", "1|Teclado|informática|25.5|40", "4|Silla|muebles|95|8"),
    Pair(.spanish, "productos con menos de 10 existencias", "4|Silla|muebles|95|8", "5|Mesa|muebles|210|5"),
    Pair(.spanish, "¿cuántas ventas hizo el cliente Ana López?", "2"),
    Pair(.spanish, "número de ventas de Ana López", "2"),
    Pair(.spanish, "importe medio de las ventas de productos de muebles", "228.33333333333334"),
    Pair(.spanish, "el cliente más joven", "3|Marta Gil|Madrid|29|2024-02-20"),
    Pair(.spanish, "¿cuántos clientes hay en Madrid o Bilbao?", "4"),
    Pair(
      .spanish, "clientes ordenados por edad de mayor a menor", "4|Jon Etxea|Bilbao|52|2024-03-05",
      "2|Luis Pérez|Sevilla|45|2023-06-02", "5|Nuria Vidal|Barcelona|41|2024-03-28",
      "6|Pablo Ruiz|Madrid|38|2024-07-11", "1|Ana López|Madrid|34|2023-01-15", "3|Marta Gil|Madrid|29|2024-02-20"),
    Pair(.spanish, "clientes que no son de Madrid y tienen más de 45 años", "4|Jon Etxea|Bilbao|52|2024-03-05"),
    Pair(
      .spanish, "clientes que han comprado un Monitor", "1|Ana López|Madrid|34|2023-01-15",
      "6|Pablo Ruiz|Madrid|38|2024-07-11"),
    Pair(
      .spanish, "clientes con más de una venta", "1|Ana López|Madrid|34|2023-01-15", "3|Marta Gil|Madrid|29|2024-02-20"),
    Pair(
      .spanish, "clientes con ventas de más de 300 euros", "2|Luis Pérez|Sevilla|45|2023-06-02",
      "6|Pablo Ruiz|Madrid|38|2024-07-11"),
    Pair(.spanish, "edad máxima y mínima de los clientes", "52|29"),
    Pair(.spanish, "productos que cuestan más que la media", "3|Monitor|informática|180|12", "5|Mesa|muebles|210|5"),
    Pair(.spanish, "categoría con el precio medio más alto", "muebles|152.5"),
    Pair(.spanish, "¿qué tablas hay?", "clientes", "productos", "ventas"),
    Pair(.spanish, "clientes y sus ciudades, mayores de 45 años", "Jon Etxea|Bilbao"),
    Pair(.spanish, "suma de importe por mes en 2023", "2023-11|95", "2023-12|360"),
    Pair(.spanish, "ventas entre noviembre y diciembre de 2023", "7|6|3|2|360|2023-12-30", "8|3|4|1|95|2023-11-11"),
    Pair(
      .spanish, "productos con más de 10 y menos de 50 existencias", "1|Teclado|informática|25.5|40",
      "3|Monitor|informática|180|12"),
    Pair(
      .spanish, "productos con precio de más de 20 y menos de 100 euros", "1|Teclado|informática|25.5|40",
      "4|Silla|muebles|95|8"),
    Pair(.english, "how many customers are not in Madrid?", "3"),
    Pair(
      .english, "customers who don't live in Madrid or Bilbao", "2|Luis Pérez|Sevilla|45|2023-06-02",
      "5|Nuria Vidal|Barcelona|41|2024-03-28"),
    Pair(.english, "which city has the most customers?", "Madrid|3"),
    Pair(.english, "cities with more than one customer", "Madrid"),
    Pair(.english, "how many different categories are there?", "2"),
    Pair(.english, "customers whose name starts with M", "3|Marta Gil|Madrid|29|2024-02-20"),
    Pair(
      .english, "products sorted by price descending with price under 100", "4|Silla|muebles|95|8",
      "1|Teclado|informática|25.5|40", "2|Ratón|informática|12|100"),
    Pair(.english, "How many customers are there?", "6"),
    Pair(.english, "how many customers live in Madrid?", "3"),
    Pair(.english, "number of sales by product", "Monitor|2", "Silla|2", "Teclado|2", "Mesa|1", "Ratón|1"),
    Pair(.english, "What is the average price of the products?", "104.5"),
    Pair(.english, "average age of customers from Madrid", "33.666666666666664"),
    Pair(.english, "the most expensive product", "5|Mesa|muebles|210|5"),
    Pair(.english, "show me the 2 cheapest products", "2|Ratón|informática|12|100", "1|Teclado|informática|25.5|40"),
    Pair(.english, "total amount of the sales in 2024", "882.5"),
    Pair(.english, "how many sales were made in March 2024?", "3"),
    Pair(.english, "sales after May 1, 2024", "6|5|1|1|25.5|2024-06-20"),
    Pair(.english, "top 3 customers by amount", "Luis Pérez|380", "Pablo Ruiz|360", "Ana López|231"),
    Pair(.english, "which customer has the most sales?", "Ana López|2"),
    Pair(.english, "list the names of the customers in Bilbao", "Jon Etxea"),
    Pair(.english, "products with a price over 100", "3|Monitor|informática|180|12", "5|Mesa|muebles|210|5"),
    Pair(.english, "how much does the Silla cost?", "95"),
    Pair(.english, "maximum price by category", "muebles|210", "informática|180"),
    Pair(.english, "what is the highest price?", "210"),
    Pair(.english, "the customer with the highest age", "4|Jon Etxea|Bilbao|52|2024-03-05"),
    Pair(.english, "which cities are there?", "Madrid", "Sevilla", "Bilbao", "Barcelona"),
    Pair(.english, "how many products cost at least 95?", "3"),
    Pair(.english, "total sales per city", "Madrid|722", "Sevilla|380", "Bilbao|210", "Barcelona|25.5"),
  ]

  @Test("Questions of common shapes give their rows, or are left to a model", arguments: pairs)
  func pair(_ pair: Pair) async throws {
    try await Fixture.withDatabase { database, _ throws in
      let sql = QuestionReader(schema: database.schema).sql(for: pair.question, language: pair.language)
      guard !pair.rows.isEmpty else {
        #expect(sql == nil, "\(sql ?? "")")
        return
      }
      let statement = try #require(sql, "not understood")
      let result = try database.query(statement)
      let ordered = statement.contains("ORDER BY")
      let found = result.lines
      #expect(ordered ? found == pair.rows : found.sorted() == pair.rows.sorted(), "\(statement)\n\(found)")
    }
  }

  @Test(
    "What could be meant in two ways, denies something, or speaks of other things is not answered",
    arguments: [
      "¿cuál es el nombre?", "clientes con edad", "clientes de Madrid o mayores de 40", "¿cuánto se vende?",
      "how many products were sold?", "ventas por mes", "total value of the stock",
      "¿cuántos productos se han comprado?", "¿quién escribió el Quijote?",
      "clientes de Lugo", "dame el tiempo en Madrid mañana", "the second cheapest product",
      "la mitad de los clientes",
      "productos más vendidos", "clientes y ventas", "", "¿?", "media de clientes", "ventas por", "5",
      "borra los clientes de Madrid", "delete all customers", "ventas de clientes o productos",
    ])
  func declined(_ question: String) async throws {
    try await Fixture.withDatabase { database, _ throws in
      for language in Language.allCases {
        let sql = QuestionReader(schema: database.schema).sql(for: question, language: language)
        #expect(sql == nil, "\(sql ?? "")")
      }
    }
  }

  @Test("Names and values that need quotation marks get them")
  func quoting() async throws {
    let odd = """
      CREATE TABLE "order" (id INTEGER PRIMARY KEY, "unit price" REAL, "group" TEXT);
      INSERT INTO "order" VALUES (1, 5, 'O''Brien'), (2, 7, 'x"y'), (3, 9, 'Robert''); DROP TABLE "order";--');
      """
    try await Fixture.withDatabase(odd) { database, _ throws in
      let reader = QuestionReader(schema: database.schema)
      let byValue = try #require(reader.sql(for: "how many orders with group \"O'Brien\"", language: .english))
      #expect(try database.query(byValue).lines == ["1"], "\(byValue)")
      let average = try #require(reader.sql(for: "average unit price by group", language: .english))
      #expect(try database.query(average).rows.count == 3)
      let hostile = try #require(
        reader.sql(for: "how many orders with group «nobody'; DROP TABLE \"order\"; --»", language: .english))
      #expect(try database.query(hostile).lines == ["0"], "\(hostile)")
      #expect(try database.query("SELECT count(*) FROM \"order\"").lines == ["3"])
    }
  }
}

import SaraiCore
import SaraiSQL
import Testing

@Suite struct ChangeRequestTests {
  @Test(
    "What asks for a change, or hides a statement, is told so",
    arguments: [
      "borra todos los clientes", "Por favor, ¿puedes eliminar las ventas de 2023?", "Please delete all orders",
      "clientes de Madrid; DROP TABLE clientes", "¿cuántas ventas hay de Ana'; DELETE FROM ventas; --?",
      "can you update the prices", "Añade un cliente nuevo",
    ])
  func changes(_ question: String) {
    let error = ChangeRequest.find(in: question)
    #expect(error?.code == .forbidden)
  }

  @Test(
    "Questions about changes are questions",
    arguments: [
      "¿cuántos clientes se borraron en marzo?", "pedidos eliminados", "customers; by city", "orders that were updated",
      "¿qué cambia de un año a otro?", "list customers", "últimas ventas; las cinco primeras", "",
    ])
  func questions(_ question: String) {
    #expect(ChangeRequest.find(in: question) == nil)
  }

  @Test("A question names the data where it says a table or a column, in either language, and not otherwise")
  func names() async throws {
    let files = ["ventas.csv": Array("ciudad,importe_total\nMadrid,10\n".utf8)]
    try await Fixture.withCSV(files) { database throws in
      let reader = QuestionReader(schema: database.schema)
      for question in [
        "¿qué pasó con la venta de ayer?", "borra el importe de Madrid", "compare the sales to last year",
      ] {
        #expect(reader.namesData(question, language: .spanish), "\(question)")
      }
      for question in ["hola", "¿quién ganó ayer?", "cuéntame un chiste", "", "?"] {
        #expect(!reader.namesData(question, language: .spanish), "\(question)")
      }
    }
  }
}

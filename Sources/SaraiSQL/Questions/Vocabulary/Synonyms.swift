/// What tables and columns are often called, in both languages.
enum Synonyms {
  /// The things that a word can stand for; empty for one that is not here.
  static func concepts(_ word: String) -> Set<Int> {
    Set(Words.stems(word).flatMap { conceptsOfWord[$0] ?? [] })
  }

  /// Whether a text is what tables are called.
  static func isThing(_ text: String) -> Bool {
    Words.words(ofName: text).contains { concepts($0).contains { $0 < nouns.count + tradeNouns.count } }
  }

  private static let conceptsOfWord: [String: [Int]] = {
    var table: [String: [Int]] = [:]
    for (index, line) in (nouns + tradeNouns + states).enumerated() {
      for word in line.split(separator: " ") { table[String(word), default: []].append(index) }
    }
    return table
  }()

  /// Each line is one thing: nouns, and the verbs that ask for it.
  private static let nouns = [
    "cliente customer client comprador buyer", "venta sale", "producto product articulo item", "pedido order",
    "precio price cuesta cuestan cueste cuesten cost costing coste costo vale valen costaba costo",
    "importe amount total monto facturacion", "cantidad quantity unidad unit", "nombre name",
    "apellido surname lastname",
    "ciudad city town", "pais country", "edad age", "fecha date", "empleado employee trabajador worker staff",
    "salario salary sueldo wage gana ganan gane ganen earn earns earned earning cobra cobran cobre cobren nomina",
    "departamento department", "categoria category", "proveedor supplier vendor", "factura invoice bill",
    "pago payment",
    "libro book", "autor author writer escritor", "titulo title", "alumno student estudiante pupil",
    "profesor teacher docente", "curso course", "nota grade mark calificacion", "tienda store shop",
    "provincia province state", "codigo code", "direccion address", "telefono phone telephone movil mobile",
    "correo email mail", "estado status state", "peso weight pesa pesan weigh weighs", "altura height",
    "tipo type kind",
    "usuario user", "pelicula movie film", "genero genre", "genero sexo sex gender",
    "existencia stock inventario inventory",
    "descuento discount", "marca brand", "idioma language", "poblacion population inhabitant habitante",
    "superficie area surface extension", "duracion duration length dura duran last lasts",
    "puntuacion score rating valoracion",
    "alta signup joined registration registro inscripcion join sign signed signup", "socio member miembro",
    "prestamo loan",
    "paciente patient", "medico doctor physician", "cita appointment", "visita visit",
    "especialidad specialty speciality",
    "temperatura temperature temp", "humedad humidity", "viento wind",
    "lluvia rain rainfall precipitacion precipitation llovio llovido llueve rained", "estacion station",
    "lectura reading medicion measurement medida", "velocidad speed", "pagina page", "puesto position job role cargo",
    "ano year anio", "experiencia experience", "editorial publisher", "jugador player", "equipo team",
    "partido match game",
    "vuelo flight", "aeropuerto airport", "habitacion room", "reserva booking reservation", "coche car",
    "vehiculo vehicle",
    "cancion song track", "artista artist", "mensaje message", "gasto expense", "ingreso income revenue",
    "beneficio profit", "impuesto tax iva vat", "moneda currency", "continente continent", "zona zone",
    "edificio building",
    "evento event", "asignatura subject materia", "grupo group", "tarea task", "proyecto project", "cuenta account",
    "saldo balance", "banco bank", "tarjeta card", "ruta route", "distancia distance", "longitud length longitude",
    "hora time hour", "presupuesto budget", "enfermedad disease illness", "animal pet mascota", "raza breed",
    "contratacion hire hired contratado contrato hiring contrataron contrato",
    "publicacion publication published publicado",
    "nacimiento birth born nacido nacio nacieron", "devolucion return returned devuelto devolver", "entrega delivery",
    "envio shipment shipping shipped enviado", "creacion creation created creado",
    "fundacion founded foundation fundado",
    "vencimiento due expiry vence", "inicio start started begin", "fin end ended finish", "motivo reason cause",
    "pedido purchase compra", "municipio municipality", "barrio neighbourhood neighborhood district", "sala hall",
    "planta plant", "maquina machine", "sensor", "dispositivo device", "alquiler rental rent", "envase package",
    "color colour", "talla size", "camion truck", "conductor driver", "viaje trip journey", "pasajero passenger",
    "contrasena password", "comentario comment review resena", "pregunta question", "respuesta answer", "voto vote",
    "hijo child", "jefe manager boss", "region", "fabricante manufacturer maker", "ingrediente ingredient",
    "receta recipe",
    "plato dish", "restaurante restaurant", "hotel", "huesped guest", "noche night", "mesa table", "clase class",
  ]

  /// What columns say yes or no to.
  private static let states = [
    "activo active enabled", "jubilado retired", "becado scholarship beca", "pagado paid", "disponible available",
    "cancelado cancelled canceled", "entregado delivered", "urgente urgent", "enviado shipped sent",
  ]

  /// Those of them who are asked for by "who".
  static let people = [
    "cliente", "empleado", "autor", "alumno", "profesor", "usuario", "socio", "paciente", "medico", "jugador",
    "artista",
    "conductor", "pasajero", "proveedor", "huesped", "jefe", "entrenador", "candidato", "vendedor", "tecnico",
    "enfermero", "investigador", "inquilino",
    "propietario", "cantante", "actor", "director", "vecino", "votante", "repartidor", "abogado", "corredor", "hijo",
    "persona", "people",
  ]

  /// Things that are done, and the things whose rows tell that they were.
  static let deeds: [(verbs: Set<String>, nouns: [String])] = [
    (
      ["compro", "comprado", "compraron", "compran", "compra", "bought", "buy", "buys", "purchased", "purchase"],
      ["pedido", "venta", "compra"]
    ),
    (["ordered", "encargado", "encargaron", "encargo"], ["pedido"]),
    (
      ["prestado", "prestada", "prestados", "prestadas", "borrowed", "borrow", "lent", "loaned", "prestaron"],
      ["prestamo"]
    ),
    (["vendido", "vendida", "vendidos", "vendidas", "sold"], ["venta", "pedido"]),
    (["reservado", "reservada", "reservados", "reservadas", "booked", "reserved"], ["reserva"]),
    (["alquilado", "alquilada", "alquilados", "alquiladas", "rented"], ["alquiler"]),
  ]

  /// What is made, and the people who make it.
  static let makers: [(verbs: Set<String>, nouns: [String])] = [
    (["escrito", "escrita", "escritos", "escritas", "escribio", "written", "wrote"], ["autor"]),
    (["dirigido", "dirigida", "dirigidos", "dirigidas", "dirigio", "directed"], ["director"]),
    (["cantado", "cantada", "cantadas", "canta", "sung", "sings", "sang"], ["artista", "cantante"]),
    (["fabricado", "fabricada", "fabricados", "fabricadas", "manufactured"], ["fabricante"]),
  ]

  /// What is paid: the verbs, and the nouns of the columns that hold it.
  static let spendingVerbs: Set<String> = [
    "gastado", "gasto", "gasta", "gastan", "gastaron", "spent", "spend", "spends", "pagado", "pago", "paga", "paid",
    "pay",
    "pays", "pagaron",
  ]
  static let spendingNouns = [["importe"], ["precio", "gasto", "pago", "cuota"]]
}

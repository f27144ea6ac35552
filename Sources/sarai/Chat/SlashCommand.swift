/// What begins with a slash in the chat; each has a Spanish and an English name.
enum SlashCommand: Hashable {
  case help, clear, quit, privacy, inbox
  case model(String)
  case save(String)
  case data(String)
  case why(String)
  case never(String)
  case unknown(String)

  static let names = [
    "/help", "/clear", "/model", "/data", "/inbox", "/why", "/never", "/private", "/save", "/quit", "/ayuda", "/nueva",
    "/modelo", "/datos", "/buzon", "/porque", "/nunca", "/privado", "/guardar", "/salir",
  ]

  /// Nil for a line that is said to the model. Two slashes at its beginning stand for one of the text.
  init?(_ line: String) {
    guard line.hasPrefix("/"), !line.hasPrefix("//") else { return nil }
    let parts = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
    let argument = parts.count > 1 ? String(parts[1].trimmingPrefix(while: \.isWhitespace)) : ""
    switch parts[0].lowercased() {
    case "/help", "/ayuda", "/?": self = .help
    case "/clear", "/nueva", "/new": self = .clear
    case "/quit", "/salir", "/exit": self = .quit
    case "/private", "/privado": self = .privacy
    case "/model", "/modelo": self = .model(argument)
    case "/data", "/datos": self = .data(argument)
    case "/save", "/guardar": self = .save(argument)
    case "/inbox", "/buzon", "/buzón": self = .inbox
    case "/why", "/porque", "/porqué": self = .why(argument)
    case "/never", "/nunca": self = .never(argument)
    default: self = .unknown(String(parts[0]))
    }
  }

  static var explanation: String {
    words(
      es: """
        /ayuda            esta ayuda
        /nueva            empieza otra conversación
        /modelo [NOMBRE]  dice o cambia el modelo
        /datos [RUTA]     deja preguntar por una base de datos o un CSV; /datos - lo retira
        /buzon            recordatorios, sugerencias y avisos nuevos
        /porque [NÚMERO]  por qué te dijo eso, o lo último
        /nunca NÚMERO     que no vuelva a hablar de eso
        /privado          lo que digas desde ahí no se recuerda ni se guarda; otra vez, sí
        /guardar [RUTA]   guarda la conversación, o la copia en un fichero
        /salir            termina (también Ctrl-D)
        Ctrl-C corta la respuesta; ↑ y ↓ recorren lo que escribiste.
        """,
      en: """
        /help          this help
        /clear         starts another conversation
        /model [NAME]  tells or changes the model
        /data [PATH]   lets you ask about a database or a CSV file; /data - takes it back
        /private       what you say from there on is neither remembered nor kept; again, it is
        /save [PATH]   keeps the conversation, or copies it to a file
        /quit          ends (so does Ctrl-D)
        Ctrl-C stops the answer; ↑ and ↓ go through what you wrote.
        """)
  }
}

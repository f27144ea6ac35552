import SaraiCore

/// Fields that say what an answer has to look like.
enum AnswerFields {
  static let all: [Field] = [
    .optional(
      "response_format",
      .object([
        .required(
          "type", .choice(["text", "json_object", "json_schema"]),
          es: "Texto, un objeto JSON, o JSON según un esquema.",
          en: "Text, a JSON object, or JSON by a schema."),
        .optional(
          "json_schema",
          .object([
            .required("name", .string(1...256), es: "Un nombre del esquema.", en: "A name of the schema."),
            .optional("description", .string(0...8_192), es: "Para qué es.", en: "What it is for."),
            .optional(
              "schema", .any, es: "JSON Schema. Lo que no se admite se rechaza por su nombre.",
              en: "JSON Schema. What is not supported is refused by name."),
            .optional(
              "strict", .boolean, default: false,
              es: "Exige que cada objeto nombre todos sus miembros y no admita otros.",
              en: "Has each object name all its members and allow no others."),
          ]), es: "Con «json_schema».", en: "With \"json_schema\"."),
      ]), es: "Qué forma tiene la respuesta. La cumple entera, también cuando «max_tokens» la acorta.",
      en: "What the answer looks like. It holds to the last byte, also where \"max_tokens\" cuts it short."),
    .optional(
      "tools", .list(.object(tool), count: 0...128), es: "Funciones que el modelo puede pedir.",
      en: "Functions that the model may ask for."),
    .optional(
      "tool_choice",
      .oneOf([
        .choice(["none", "auto", "required"]),
        .object([
          .required(
            "type", .choice(["function"], later: ["custom", "allowed_tools"]), es: "Siempre «function».",
            en: "Always \"function\"."),
          .required(
            "function", .object([.required("name", name, es: "La función.", en: "The function.")]), es: "Cuál.",
            en: "Which one."),
        ]),
      ]), es: "Si se ha de llamar a una función, y a cuál.", en: "Whether a function has to be called, and which."),
    .optional(
      "parallel_tool_calls", .boolean, default: true, es: "Si una respuesta puede llamar a varias funciones.",
      en: "Whether one answer may call several functions."),
  ]

  /// In the messages of an assistant.
  static let toolCalls = Field.optional(
    "tool_calls",
    .list(
      .object([
        .optional("id", .string(0...256), es: "Su identificador.", en: "Its id."),
        .optional("index", .integer(0...1_024), es: "Se acepta.", en: "Accepted."),
        .required(
          "type", .choice(["function"], later: ["custom"]), es: "Siempre «function».", en: "Always \"function\"."),
        .required(
          "function",
          .object([
            .required("name", name, es: "La función.", en: "The function."),
            .required("arguments", .string(0...(1 << 20)), es: "JSON, como texto.", en: "JSON, as a string."),
          ]), es: "La llamada.", en: "The call."),
      ]), count: 0...128), es: "Llamadas que pidió el modelo.", en: "Calls that the model asked for.")

  private static let name = Shape.string(1...64)

  private static let tool: [Field] = [
    .required("type", .choice(["function"], later: ["custom"]), es: "Siempre «function».", en: "Always \"function\"."),
    .required(
      "function",
      .object([
        .required("name", name, es: "Letras, cifras, «_» y «-».", en: "Letters, digits, \"_\" and \"-\"."),
        .optional("description", .string(0...16_384), es: "Qué hace.", en: "What it does."),
        .optional(
          "parameters", .any, es: "JSON Schema de sus argumentos, un objeto.",
          en: "JSON Schema of its arguments, an object."),
        .optional(
          "strict", .boolean, default: false, es: "Como en «response_format».", en: "As in \"response_format\"."),
      ]), es: "La función.", en: "The function."),
  ]
}

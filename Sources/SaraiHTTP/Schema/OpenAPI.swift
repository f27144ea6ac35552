import Hummingbird
import SaraiCore

extension API {
  /// GET /openapi.json
  func openAPI(_ call: Call) -> Response {
    let document = OpenAPI.document(version: settings.version, hasToken: settings.token != nil, language: call.language)
    return .json(document.serialized(), language: call.language)
  }
}

/// The API's description in OpenAPI 3.1, written from the routes and their tables of fields.
enum OpenAPI {
  static func document(version: String, hasToken: Bool, language: Language) -> JSONValue {
    var paths = JSONObject()
    for route in Route.all {
      var operations = paths[route.template]?.objectValue ?? [:]
      operations[route.verb] = operation(route, hasToken: hasToken, language)
      paths[route.template] = .object(operations)
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "SARAi", "version": .string(version),
        "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
      ],
      "servers": [["url": "/"]],
      "paths": .object(paths),
      "components": [
        "schemas": ["Error": errorSchema],
        "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
      ],
    ]
  }

  private static func operation(_ route: Route, hasToken: Bool, _ language: Language) -> JSONValue {
    var operation: JSONObject = [:]
    operation["summary"] = .string(route.doc[language])
    operation["operationId"] = .string(operationID(route))
    var parameters: [JSONValue] = (route.query ?? []).map { parameter($0, language) }
    if route.template.hasSuffix("{id}") {
      parameters.insert(["name": "id", "in": "path", "required": true, "schema": ["type": "string"]], at: 0)
    }
    if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
    if let fields = route.fields {
      operation["requestBody"] = [
        "required": true, "content": ["application/json": ["schema": schema(of: fields, language)]],
      ]
    }
    if hasToken, route.needsToken { operation["security"] = [["token": .array([])]] }
    let failure = Localized(es: "Un error que dice qué hacer.", en: "An error that says what to do.")
    operation["responses"] = [
      "200": ["description": .string(route.doc[language]), "content": content(route)],
      "default": [
        "description": .string(failure[language]),
        "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Error"]]],
      ],
    ]
    return .object(operation)
  }

  private static func operationID(_ route: Route) -> String {
    let words = route.template.split { !$0.isLetter && !$0.isNumber }
    return ([route.verb] + words.map(String.init)).joined(separator: "_")
  }

  private static func content(_ route: Route) -> JSONValue {
    let text: JSONValue = ["schema": ["type": "string"]]
    let json: JSONValue = ["schema": ["type": "object"]]
    switch route.template {
    case "/": return ["text/html": text]
    case "/metrics": return ["text/plain": text]
    default:
      let streams = route.fields?.contains { $0.name == "stream" } ?? false
      return streams ? ["application/json": json, "text/event-stream": text] : ["application/json": json]
    }
  }

  private static let errorSchema: JSONValue = [
    "type": "object", "required": ["error"],
    "properties": [
      "error": [
        "type": "object", "required": ["message", "type", "param", "code"],
        "properties": [
          "message": ["type": "string"], "type": ["type": "string"], "param": ["type": ["string", "null"]],
          "code": ["type": "string"],
        ],
      ]
    ],
  ]

  // MARK: - Fields

  /// A field of a query: a list is given as the same name several times.
  private static func parameter(_ field: Field, _ language: Language) -> JSONValue {
    var schema = schema(of: field.shape, language).objectValue ?? [:]
    if let defaultValue = field.defaultValue { schema["default"] = defaultValue }
    return [
      "name": .string(field.name), "in": "query", "required": .bool(field.isRequired),
      "description": .string(field.doc[language]), "schema": .object(schema),
    ]
  }

  private static func schema(of fields: [Field], _ language: Language) -> JSONValue {
    var properties = JSONObject()
    for field in fields { properties[field.name] = schema(of: field, language) }
    var schema: JSONObject = ["type": "object", "properties": .object(properties), "additionalProperties": false]
    let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
    if !required.isEmpty { schema["required"] = .array(required) }
    return .object(schema)
  }

  private static func schema(of field: Field, _ language: Language) -> JSONValue {
    var schema: JSONObject
    switch field.availability {
    case .neutral(let values): schema = ["enum": .array(values + [.null])]
    case .available:
      let own = self.schema(of: field.shape, language)
      let takesNull = !field.isRequired && !field.shape.isKind(of: .null)
      schema = takesNull ? ["anyOf": [own, ["type": "null"]]] : own.objectValue ?? [:]
    }
    schema["description"] = .string(field.doc[language])
    if let defaultValue = field.defaultValue { schema["default"] = defaultValue }
    return .object(schema)
  }

  private static func schema(of shape: Shape, _ language: Language) -> JSONValue {
    switch shape {
    case .any: return [:]
    case .boolean: return ["type": "boolean"]
    case .null: return ["type": "null"]
    case .integer(let range):
      return ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
    case .number(let interval):
      return [
        "type": "number", interval.excludesLower ? "exclusiveMinimum" : "minimum": .number(interval.lower),
        interval.excludesUpper ? "exclusiveMaximum" : "maximum": .number(interval.upper),
      ]
    case .string(let bytes): return ["type": "string", "minLength": .integer(bytes.lowerBound > 0 ? 1 : 0)]
    case .choice(let allowed, _): return ["type": "string", "enum": .array(allowed.map(JSONValue.string))]
    case .list(let element, let count):
      return [
        "type": "array", "items": schema(of: element, language), "minItems": .integer(Int64(count.lowerBound)),
        "maxItems": .integer(Int64(count.upperBound)),
      ]
    case .object(let fields): return schema(of: fields, language)
    case .numbersByID(_, let values, let maxCount):
      return [
        "type": "object", "propertyNames": ["pattern": "^[0-9]+$"], "maxProperties": .integer(Int64(maxCount)),
        "additionalProperties": schema(of: .number(values), language),
      ]
    case .texts(let maxCount, _):
      return [
        "type": "object", "propertyNames": ["minLength": 1], "maxProperties": .integer(Int64(maxCount)),
        "additionalProperties": ["type": "string"],
      ]
    case .oneOf(let shapes): return ["anyOf": .array(shapes.map { schema(of: $0, language) })]
    }
  }
}

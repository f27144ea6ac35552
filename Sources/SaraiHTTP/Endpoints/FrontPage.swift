import HTTPTypes
import Hummingbird
import SaraiCore

extension API {
  /// GET /: for a person who opens the address in a browser.
  func frontPage(_ call: Call) -> Response {
    let page = Localized(
      es: """
        <!doctype html><html lang="es"><meta charset="utf-8"><title>SARAi</title>
        <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>
        <h1>SARAi \(settings.version)</h1>
        <p>Aquí corre SARAi, un asistente local. Habla la API de OpenAI en <code>/v1</code>.</p>
        <ul>\(links(.spanish))</ul>
        <p>Para charlar en el terminal: <code>sarai chat</code>.</p></html>
        """,
      en: """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>SARAi</title>
        <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>
        <h1>SARAi \(settings.version)</h1>
        <p>SARAi, a local assistant, runs here. It speaks OpenAI's API under <code>/v1</code>.</p>
        <ul>\(links(.english))</ul>
        <p>To chat in the terminal: <code>sarai chat</code>.</p></html>
        """)
    var response = Response.text(Array(page[call.language].utf8), "text/html; charset=utf-8", language: call.language)
    response.headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return response
  }

  private func links(_ language: Language) -> String {
    Route.all.filter { $0.template != "/" }.map { route in
      let name = "<code>\(route.method.rawValue) \(route.template)</code>"
      let isLink = route.method == .get && !route.template.contains("{")
      return "<li>\(isLink ? "<a href=\"\(route.template)\">\(name)</a>" : name): \(route.doc[language])</li>"
    }.joined()
  }
}

import Foundation
import SaraiCore
import TestSupport
import Testing

/// Reminders and the inbox in conversations.
@Suite(.serialized, .timeLimit(.minutes(10))) struct LoopChatTests {
  private func say(_ text: String, _ home: CommandLineHome) async throws -> String {
    let said = try await home.run("run", "sarai", text, language: "es_ES.UTF-8")
    #expect(said.status == 0, "\(said)")
    return said.output
  }

  /// A reminder's job that is done at once, as often as wished.
  private func addReminder(_ home: CommandLineHome) async throws -> String {
    let added = try JSONValue(
      parsing: try await home.run("job", "add", "cada martes a las 9", "remind", "regar las plantas", "--json").output)
    return "\(try #require(added["id"]?.integerValue, "\(added)"))"
  }

  @Test func `A reminder that comes while a line is being typed is shown above it, and leaves it whole`() async throws {
    try await CommandLineHome.with { home in
      let job = try await addReminder(home)
      let chat = try WatchedProcess(inTerminal: ["chat"], home: home, language: "es_ES.UTF-8")
      defer { chat.stop() }
      try await chat.wait(for: "› ")
      try chat.type("mi hermana vi")
      try await chat.wait(for: "hermana vi")
      #expect(try await home.run("loop", "run-now", job).status == 0)
      try await chat.wait(for: "● ")
      try await chat.wait(for: "Recordatorio: regar las plantas")
      try await chat.wait(for: "mi hermana vi")
      try chat.type("\u{3}/porque\r")
      try await chat.wait(for: "regar las plantas")
      try await chat.wait(for: "trabajos")
      // Seen is read.
      try chat.type("/buzon\r")
      try await chat.wait(for: "Nada nuevo")
      try chat.type("/nunca uno\r")
      try await chat.wait(for: "Di el número del aviso")
      try chat.type("/nunca 1\r")
      try await chat.wait(for: "No volverá a hablar de eso")
      try chat.type("\u{4}")
      #expect(await chat.end() == 0)
    }
  }

  @Test func `A reminder that comes during an answer waits for its end`() async throws {
    try await CommandLineHome.with { home in
      let job = try await addReminder(home)
      let chat = try WatchedProcess(inTerminal: ["chat"], home: home, language: "es_ES.UTF-8")
      defer { chat.stop() }
      try await chat.wait(for: "› ")
      try chat.type("Write a very long story about a castle.\r")
      try await chat.wait(for: "…")
      try await chat.wait(for: "\u{1B}[K")
      #expect(try await home.run("loop", "run-now", job).status == 0)
      try chat.type("\u{3}")
      try await chat.wait(for: "(cortada)")
      try await chat.wait(for: "Recordatorio: regar las plantas")
      try await chat.wait(for: "› ")
      try chat.type("\u{4}")
      #expect(await chat.end() == 0)
    }
  }

  @Test func `A chat begins with what is new, which then counts as read where somebody saw it`() async throws {
    try await CommandLineHome.with { home in
      let job = try await addReminder(home)
      for _ in 1...4 { #expect(try await home.run("loop", "run-now", job).status == 0) }
      let plain = try await home.run("chat", input: "/inbox\n", language: "es_ES.UTF-8")
      #expect(plain.errors.contains("● Recordatorio: regar las plantas"), "\(plain)")
      #expect(plain.errors.contains("y 1 más: /buzon los muestra todos"), "\(plain)")
      #expect(plain.output.components(separatedBy: "Recordatorio: regar").count == 5, "\(plain)")
      let seen = try await home.run("chat", input: "/inbox\n")
      #expect(!seen.errors.contains("●") && seen.output.contains("Nothing new"), "\(seen)")

      #expect(try await home.run("loop", "run-now", job).status == 0)
      let chat = try WatchedProcess(inTerminal: ["chat"], home: home, language: "es_ES.UTF-8")
      defer { chat.stop() }
      try await chat.wait(for: "Recordatorio: regar las plantas")
      try await chat.wait(for: "(5)")
      try chat.type("/buzon\r")
      try await chat.wait(for: "Nada nuevo")
      try chat.type("\u{4}")
      #expect(await chat.end() == 0)
    }
  }

  @Test func `Reminders are named by their time or their text, and SARAi asks which where several are meant`()
    async throws
  {
    try await CommandLineHome.with { home in
      #expect(try await say("avísame en 45 minutos", home).hasPrefix("De acuerdo. Te avisaré "))
      #expect(try await say("recuérdame mañana a las 8 llamar a mi madre", home).contains("llamar a tu madre"))
      #expect(try await say("ponme una alarma mañana a las 7 de la tarde", home).contains("19:00"))
      let which = try await say("cancela el recordatorio", home)
      #expect(which.hasPrefix("¿Cuál quito?") && which.contains("– mañana"), "\(which)")
      #expect(try await say("quita la alarma de las 6", home).hasPrefix("No encuentro ese recordatorio."))
      let evening = try await say("quita la alarma de las siete de la tarde", home)
      #expect(evening.hasPrefix("Quitado: mañana") && evening.contains("19:00"), "\(evening)")
      #expect(try await say("ya no me recuerdes lo de mi madre", home).contains("llamar a tu madre"))
      // The only one that is left needs no name.
      #expect(try await say("cancela el recordatorio", home).hasPrefix("Quitado: "))
      #expect(try await say("¿qué recordatorios tengo?", home) == "No tienes recordatorios.\n")
    }
  }

  @Test func `A reminder without words comes with words of its own`() async throws {
    try await CommandLineHome.with { home in
      _ = try await say("avísame en 45 minutos", home)
      let jobs = try JSONValue(parsing: try await home.run("job", "list", "--json").output).arrayValue ?? []
      let id = try #require(jobs.first { $0["source"] == "chat" }?["id"]?.integerValue, "\(jobs)")
      #expect(try await home.run("loop", "run-now", "\(id)").status == 0)
      #expect(try await say("¿qué hay nuevo?", home).contains("Me pediste que te avisara a esta hora."))
      #expect(try await say("¿qué hay nuevo?", home) == "Nada nuevo.\n")
    }
  }

  @Test func `The doctor tells how the loop is`() async throws {
    try await CommandLineHome.with { home in
      let stopped = try await home.run("doctor", "--quick")
      #expect(stopped.output.contains("stopped; \"sarai up\""), "\(stopped)")
      #expect(try await home.run("loop", "pause").status == 0)
      let paused = try await home.run("doctor", "--quick", "--json")
      #expect(paused.output.contains(#""name":"loop","verdict":"warning""#), "\(paused)")
      #expect(try await home.run("loop", "resume").status == 0)
      let running = try await home.run("doctor", "--quick", language: "es_ES.UTF-8")
      #expect(running.output.contains("responde; ") && running.output.contains("siguiente: "), "\(running)")
    }
  }
}

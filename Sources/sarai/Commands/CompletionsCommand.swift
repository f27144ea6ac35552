import ArgumentParser

struct CompletionsCommand: AsyncParsableCommand {
  enum Shell: String, CaseIterable, ExpressibleByArgument {
    case bash, zsh, fish
  }

  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "completions",
      abstract: words(
        es: "Escribe el guion de autocompletado de tu intérprete.", en: "Write the completion script of your shell."),
      discussion: words(
        es: """
          bash: sarai completions bash > ~/.local/share/bash-completion/completions/sarai
          zsh:  sarai completions zsh > una carpeta de $fpath, con el nombre _sarai
          fish: sarai completions fish > ~/.config/fish/completions/sarai.fish
          """,
        en: """
          bash: sarai completions bash > ~/.local/share/bash-completion/completions/sarai
          zsh:  sarai completions zsh > a folder of $fpath, named _sarai
          fish: sarai completions fish > ~/.config/fish/completions/sarai.fish
          """))
  }

  @Argument(
    help: ArgumentHelp(
      words(es: "El intérprete de órdenes.", en: "The shell."), valueName: words(es: "intérprete", en: "shell")))
  var shell: Shell

  func run() async throws {
    let kind: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    Output.line(ArgumentParserWords.translated(Sarai.completionScript(for: kind)))
  }
}

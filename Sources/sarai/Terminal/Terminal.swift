@preconcurrency import Dispatch
import Glibc
import Synchronization

/// The terminal in raw mode: keys come one by one, and Ctrl-C is a key like others. `close` gives it back as it was.
final class Terminal: Sendable {
  /// Whether a person can be talked to: stdin and stdout are both a terminal.
  static var isThere: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

  /// Nil where no terminal is there.
  static func open(onBytes: @escaping @Sendable ([UInt8]) -> Void) -> Terminal? {
    guard isThere else { return nil }
    var attributes = termios()
    guard tcgetattr(STDIN_FILENO, &attributes) == 0 else { return nil }
    return Terminal(attributes, onBytes: onBytes)
  }

  private let original: termios
  private let source: any DispatchSourceRead
  private let signals: [any DispatchSourceSignal]
  private let isOpen = Mutex(true)

  private init(_ attributes: termios, onBytes: @escaping @Sendable ([UInt8]) -> Void) {
    original = attributes
    var raw = attributes
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    raw.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
    source = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: DispatchQueue(label: "sarai.keys"))
    source.setEventHandler { [source] in
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count > 0 { return onBytes(Array(buffer[..<count])) }
      if count < 0, errno == EINTR || errno == EAGAIN { return }
      // The terminal is gone: as if the person had pressed Ctrl-D.
      source.cancel()
      onBytes([0x04])
    }
    // Who is told to end leaves as by Ctrl-C, Ctrl-U, Ctrl-D, so that the terminal is given back in order.
    signals = [SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: DispatchQueue(label: "sarai.signals"))
      source.setEventHandler { onBytes([0x03, 0x15, 0x04]) }
      source.activate()
      return source
    }
    Output.write("\u{1B}[?2004h")
    source.activate()
  }

  func close() {
    guard
      isOpen.withLock({ isOpen in
        defer { isOpen = false }; return isOpen
      })
    else { return }
    source.cancel()
    for source in signals { source.cancel() }
    Output.write("\u{1B}[?2004l")
    var attributes = original
    tcsetattr(STDIN_FILENO, TCSADRAIN, &attributes)
  }

  /// Columns of the terminal now.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

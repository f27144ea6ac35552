import Synchronization

/// Reads what a call sends. Where that fails the call is cut, and tells only that it was: this tells why.
final class Source: Sendable {
  private let fault = Mutex<(any Error)?>(nil)

  func read<Piece>(_ next: () throws -> Piece) throws -> Piece {
    do {
      return try next()
    } catch {
      fault.withLock { $0 = error }
      throw error
    }
  }

  func telling<Reply>(_ call: () async throws -> Reply) async throws -> Reply {
    do {
      return try await call()
    } catch {
      throw fault.withLock { $0 } ?? error
    }
  }
}

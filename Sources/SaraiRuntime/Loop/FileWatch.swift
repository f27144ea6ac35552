import Dispatch
import Glibc
import Logging
import Synchronization

/// Tells when files and folders change that jobs wait for, through inotify: nothing runs while nothing changes.
final class FileWatch: Sendable {
  private struct State {
    var pathOf: [Int32: String] = [:]
  }

  /// A change is told when it has been quiet for so long: saving a file is several events.
  private static let settleSeconds = 1.0
  private static let mostPaths = 256
  private static let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE)

  private let descriptor: Int32
  // Dispatch sources may be used from any thread.
  nonisolated(unsafe) private let source: any DispatchSourceRead
  private let state = Mutex(State())
  private let pending = Mutex<[String: Task<Void, Never>]>([:])
  private let log = Logger(label: "sarai.loop")

  init() {
    descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    source = DispatchSource.makeReadSource(
      fileDescriptor: descriptor, queue: DispatchQueue(label: "sarai.loop.files", qos: .utility))
  }

  /// - Parameter changed: Called with a path as it was asked for.
  func begin(changed: @escaping @Sendable (String) -> Void) {
    guard descriptor >= 0 else { return }
    source.setEventHandler { [weak self] in self?.read(changed) }
    source.setCancelHandler { [descriptor] in Glibc.close(descriptor) }
    source.resume()
  }

  func close() { if descriptor >= 0 { source.cancel() } }

  /// Watches these paths and no others. One that is not there is watched once it is asked for again.
  func watch(_ paths: [String]) {
    guard descriptor >= 0 else { return }
    let wanted = Set(paths.prefix(Self.mostPaths))
    state.withLock { state in
      for (watch, path) in state.pathOf where !wanted.contains(path) {
        inotify_rm_watch(descriptor, watch)
        state.pathOf[watch] = nil
      }
      for path in wanted.subtracting(state.pathOf.values) {
        let watch = inotify_add_watch(descriptor, path, Self.mask)
        if watch >= 0 {
          state.pathOf[watch] = path
        } else {
          log.notice("cannot be watched for changes (errno \(errno))")
        }
      }
    }
  }

  private func read(_ changed: @escaping @Sendable (String) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    var watches: Set<Int32> = []
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { break }
      buffer.withUnsafeBytes { bytes in
        var offset = 0
        while offset + MemoryLayout<inotify_event>.size <= count {
          let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
          watches.insert(event.wd)
          offset += MemoryLayout<inotify_event>.size + Int(event.len)
        }
      }
    }
    let paths = state.withLock { state in watches.compactMap { state.pathOf[$0] } }
    for path in paths { settle(path, changed) }
  }

  private func settle(_ path: String, _ changed: @escaping @Sendable (String) -> Void) {
    pending.withLock { pending in
      pending[path]?.cancel()
      pending[path] = Task {
        guard (try? await Task.sleep(for: .seconds(Self.settleSeconds))) != nil else { return }
        changed(path)
      }
    }
  }
}

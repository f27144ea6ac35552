import CSQLite

/// Names as SQL takes them.
package enum Names {
  /// Without quotation marks where it can do without them.
  package static func plain(_ name: String) -> String {
    let isPlain = name.utf8.enumerated().allSatisfy { index, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
      default: false
      }
    }
    return isPlain && !name.isEmpty && sqlite3_keyword_check(name, Int32(name.utf8.count)) == 0
      ? name : SQLText.quoted(name: name)
  }
}

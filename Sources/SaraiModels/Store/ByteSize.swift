package import SaraiCore

/// A number of bytes as people read it: three digits at most, decimal units, the language's decimal mark.
package func byteSize(_ bytes: Int64) -> Localized {
  let units = ["B", "kB", "MB", "GB", "TB"]
  var value = Double(bytes)
  var unit = 0
  while value >= 999.5, unit < units.count - 1 {
    value /= 1000
    unit += 1
  }
  guard unit > 0, value < 9.95 else {
    let text = "\(Int(value.rounded())) \(units[unit])"
    return Localized(es: text, en: text)
  }
  let tenths = Int((value * 10).rounded())
  return Localized(
    es: "\(tenths / 10),\(tenths % 10) \(units[unit])", en: "\(tenths / 10).\(tenths % 10) \(units[unit])")
}

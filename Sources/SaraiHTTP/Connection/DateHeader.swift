import Glibc
import SaraiCore
import Synchronization

/// The value of the Date header, put into words once a second (RFC 9110, 5.6.7).
final class DateHeader: Sendable {
  private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private let last = Mutex<(second: Int, text: String)?>(nil)

  var now: String {
    let second = time(nil)
    return last.withLock { last in
      if let last, last.second == second { return last.text }
      let text = Self.text(secondsSince1970: second)
      last = (second, text)
      return text
    }
  }

  static func text(secondsSince1970 seconds: Int) -> String {
    let time = CivilDateTime(secondsSince1970: seconds)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let clock = [time.secondOfDay / 3600, time.secondOfDay / 60 % 60, time.secondOfDay % 60].map(two)
    return "\(days[time.date.weekday]), \(two(time.date.day)) \(months[time.date.month - 1]) \(time.date.year) "
      + "\(clock.joined(separator: ":")) GMT"
  }
}

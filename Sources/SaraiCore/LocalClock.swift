import Glibc

extension CivilDateTime {
  /// What the clock on the wall shows, by the time zone of the process (`TZ`, `/etc/localtime`).
  package static func current() -> CivilDateTime {
    var seconds = time(nil)
    var parts = tm()
    guard localtime_r(&seconds, &parts) != nil else { return CivilDateTime(secondsSince1970: seconds) }
    return CivilDateTime(secondsSince1970: seconds, utcOffsetSeconds: parts.tm_gmtoff)
  }
}

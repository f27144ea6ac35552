import Glibc
import LoopProtocol
import SaraiAgent
import SaraiCore

/// What the configuration says to the loop.
enum LoopSettings {
  static let zoneFolder = "/usr/share/zoneinfo"
}

extension Setup {
  /// Whether anything is done unasked.
  package var actsUnasked: Bool { configuration.flag("phoenix.proactive_loop_enabled") }

  var loopSettings: Sarai_Loop_V1_Settings {
    var settings = Sarai_Loop_V1_Settings()
    settings.isEnabled = actsUnasked
    settings.zone = ZoneRules.local().identifier
    settings.utcOffsetSeconds = Int32(clamping: CivilDateTime.current().utcOffsetSeconds)
    settings.quietFromHour = UInt32(clamping: configuration.integer("loop.quiet_from_hour") ?? 22)
    settings.quietUntilHour = UInt32(clamping: configuration.integer("loop.quiet_until_hour") ?? 8)
    settings.suggestionsADay = UInt32(clamping: configuration.integer("loop.suggestions_a_day") ?? 3)
    settings.memoryHighBytes = (configuration.number("loop.memory_high_gb") ?? 10) * 1e9
    settings.memoryCriticalBytes = (configuration.number("loop.memory_critical_gb") ?? 10.5) * 1e9
    return settings
  }
}

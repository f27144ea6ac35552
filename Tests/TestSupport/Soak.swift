import Foundation

/// How often a seeded test tries: a sample in continuous integration, all of it in `make soak`.
package func rounds(_ sample: Int, soak: Int) -> Int {
  ProcessInfo.processInfo.environment["SARAI_SOAK"] == "1" ? soak : sample
}

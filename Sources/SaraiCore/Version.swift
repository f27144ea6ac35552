/// SARAi's own version, as `sarai --version` and the API tell it.
package enum SaraiVersion {
  package static let current = "0.1.0"
}

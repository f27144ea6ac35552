/// Philox 4×32-10, a counter-based random number generator (Salmon et al., “Parallel random numbers: as easy as
/// 1, 2, 3”, SC 2011): a keyed function of a counter, so any draw can be had alone, in any order.
enum Philox {
  static func words(counter: SIMD4<UInt32>, key: (UInt32, UInt32)) -> SIMD4<UInt32> {
    var (a, b, c, d) = (counter.x, counter.y, counter.z, counter.w)
    var (low, high) = key
    for _ in 0..<10 {
      let left = UInt64(0xD251_1F53) &* UInt64(a)
      let right = UInt64(0xCD9E_8D57) &* UInt64(c)
      (a, b, c, d) = (
        UInt32(truncatingIfNeeded: right >> 32) ^ b ^ low, UInt32(truncatingIfNeeded: right),
        UInt32(truncatingIfNeeded: left >> 32) ^ d ^ high, UInt32(truncatingIfNeeded: left)
      )
      low &+= 0x9E37_79B9
      high &+= 0xBB67_AE85
    }
    return SIMD4(a, b, c, d)
  }
}

import SaraiBench
import Testing

@Suite struct StatisticsTests {
  @Test func `a summary has the median, the quartiles and the median distance from the median`() throws {
    let summary = try #require(Summary([5, 1, 4, 2, 100]))
    #expect(summary.median == 4)
    #expect(summary.lowerQuartile == 2)
    #expect(summary.upperQuartile == 5)
    #expect(summary.medianAbsoluteDeviation == 2)
    #expect(summary.minimum == 1 && summary.maximum == 100 && summary.count == 5)
  }

  @Test func `quantiles between two ranks are interpolated`() throws {
    let summary = try #require(Summary([1, 2, 3, 4]))
    #expect(summary.median == 2.5)
    #expect(summary.lowerQuartile == 1.75)
    #expect(Summary.quantile(1, ofSorted: [1, 2, 3]) == 3)
    #expect(Summary.quantile(-1, ofSorted: [1, 2, 3]) == 1)
  }

  @Test func `nothing measured and no numbers have no summary`() {
    #expect(Summary([]) == nil)
    #expect(Summary([1, .nan]) == nil)
    #expect(Summary([1, .infinity]) == nil)
  }

  @Test func `ratios are of pairs, not of medians`() throws {
    var sample = PairedSample()
    // The machine was twice as slow for the second pair; each pair still says 0.5.
    sample.add(ours: 5, reference: 10)
    sample.add(ours: 10, reference: 20)
    sample.add(ours: 1, reference: 0)
    #expect(sample.ratios == [0.5, 0.5])
  }

  @Test(arguments: [
    (0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662),
  ])
  func `Wilson's interval is the published one`(right: Int, asked: Int, low: Double, high: Double) {
    let interval = Proportion(successes: right, trials: asked).wilsonInterval
    #expect(abs(interval.lowerBound - low) < 0.0001)
    #expect(abs(interval.upperBound - high) < 0.0001)
  }

  @Test func `of nothing tried nothing is known`() {
    #expect(Proportion().wilsonInterval == 0...1)
    #expect(Proportion().share == 0)
  }
}

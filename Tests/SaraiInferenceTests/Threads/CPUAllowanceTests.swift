import Foundation
import TestSupport
import Testing

@testable import SaraiInference

@Suite struct CPUAllowanceTests {
  @Test(
    arguments: [
      ("Name:\tx\nCpus_allowed_list:\t0-1\nMems:\t0", [0, 1]), ("Cpus_allowed_list:\t3", [3]),
      ("Cpus_allowed_list:\t0-2,8,10-11\n", [0, 1, 2, 8, 10, 11]), ("Cpus_allowed_list:\t", []),
      ("Cpus_allowed_list:\t5-2", []), ("Cpus_allowed_list:\tx", []), ("", []),
      ("Cpus_allowed_list:\t0-99999999", []),
    ] as [(String, Set<Int>)])
  func `the affinity mask is read`(status: String, expected: Set<Int>) {
    #expect(CPUAllowance.processors(status: status) == expected)
  }

  private func write(_ text: String, _ path: String, in folder: URL) throws {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  @Test func `the least quota of version 2 up to the root holds`() async throws {
    try await withTemporaryFolder { folder in
      try write("max 100000\n", "cpu.max", in: folder)
      try write("150000 100000\n", "a/cpu.max", in: folder)
      try write("400000 100000\n", "a/b/cpu.max", in: folder)
      let quota = { CPUAllowance.quota(memberships: $0, root: folder.path) }
      #expect(quota("0::/a/b\n") == 1.5)
      #expect(quota("0::/\n") == nil)
      // A container sees paths of the host that are not there.
      #expect(quota("0::/not/here\n") == nil)
      #expect(quota("") == nil)
      #expect(quota("nonsense\n0:\n::::") == nil)
    }
  }

  @Test func `the quota of version 1 is found where the processors are controlled`() async throws {
    try await withTemporaryFolder { folder in
      try write("-1\n", "cpu,cpuacct/cpu.cfs_quota_us", in: folder)
      try write("100000\n", "cpu,cpuacct/cpu.cfs_period_us", in: folder)
      try write("250000\n", "cpu,cpuacct/job/cpu.cfs_quota_us", in: folder)
      try write("100000\n", "cpu,cpuacct/job/cpu.cfs_period_us", in: folder)
      let memberships = "4:memory:/job\n3:cpu,cpuacct:/job\n2:cpuset:/\n0::/\n"
      #expect(CPUAllowance.quota(memberships: memberships, root: folder.path) == 2.5)
      #expect(CPUAllowance.quota(memberships: "3:cpu,cpuacct:/\n", root: folder.path) == nil)
      try write("rubbish", "cpu,cpuacct/job/cpu.cfs_quota_us", in: folder)
      #expect(CPUAllowance.quota(memberships: memberships, root: folder.path) == nil)
    }
  }

  @Test func `the least of maximum, processors and quota is allowed, and one at least`() {
    #expect(ThreadGovernor.allowed(maximum: 8, processors: 4, quota: nil) == 4)
    #expect(ThreadGovernor.allowed(maximum: 2, processors: 4, quota: 3) == 2)
    #expect(ThreadGovernor.allowed(maximum: 8, processors: 4, quota: 2.9) == 2)
    #expect(ThreadGovernor.allowed(maximum: 8, processors: 4, quota: 0.5) == 1)
    #expect(ThreadGovernor.allowed(maximum: 0, processors: 4, quota: nil) == 1)
    #expect(ThreadGovernor.allowed(maximum: 8, processors: 4, quota: 1e300) == 4)
  }
}

@main
struct Sarai {
  static func main() {}
}

import SaraiCore
import SaraiSQL
import Testing

@Suite struct ChangeRequestTests {
  @Test(
    "What asks for a change, or hides a statement, is told so",
    arguments: [
      "borra todos los clientes", "Por favor, ¿puedes eliminar las ventas de 2023?", "Please delete all orders",
      "clientes de Madrid; DROP TABLE clientes", "¿cuántas ventas hay de Ana'; DELETE FROM ventas; --?",
      "can you update the prices", "Añade un cliente nuevo",
    ])
  func changes(_ question: String) {
    let error = ChangeRequest.find(in: question)
    #expect(error?.code == .forbidden)
  }

  @Test(
    "Questions about changes are questions",
    arguments: [
      "¿cuántos clientes se borraron en marzo?", "pedidos eliminados", "customers; by city", "orders that were updated",
      "¿qué cambia de un año a otro?", "list customers", "últimas ventas; las cinco primeras", "",
    ])
  func questions(_ question: String) {
    #expect(ChangeRequest.find(in: question) == nil)
  }
}

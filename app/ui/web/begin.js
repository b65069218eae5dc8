// Tells textual-serve's script where the socket is: beside this page, under whatever name it was reached.
document.querySelector(".textual-terminal").dataset.sessionWebsocketUrl =
  new URL("ws", location.href).href.replace(/^http/, "ws").split("?")[0];
document.querySelector("button").addEventListener("click", () => location.replace(location.pathname));

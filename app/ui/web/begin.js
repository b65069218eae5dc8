// Tells textual-serve's script where the socket is: beside this page, under whatever name it was reached.
document.querySelector(".textual-terminal").dataset.sessionWebsocketUrl =
  new URL("ws", location.href).href.replace(/^http/, "ws").split("?")[0];
document.querySelector("button").addEventListener("click", () => location.replace(location.pathname));
// Keys go to the terminal from the start, and again when somebody comes back to the tab.
const focus = () => document.querySelector(".xterm-helper-textarea")?.focus();
addEventListener("load", () => setTimeout(focus));
addEventListener("focus", focus);

// htmx swaps <main> of a page. Where that can not be, the browser sends the form itself: it says what is wrong.
(() => {
  const send = (form) => {
    if (form instanceof HTMLFormElement) HTMLFormElement.prototype.submit.call(form);
  };
  document.addEventListener("htmx:sendError", (event) => send(event.detail.requestConfig.elt));
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!/<main[\s>]/.test(event.detail.serverResponse)) {
      event.detail.shouldSwap = false;
      send(event.detail.requestConfig.elt);
    }
  });
})();

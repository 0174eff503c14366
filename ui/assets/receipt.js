// Printing a receipt: the button prints what stands on the page, and a copy that was just issued is printed by itself, once.
(() => {
  "use strict";
  document.addEventListener("click", (e) => {
    if (e.target.closest?.("[data-print]")) window.print();
  });
  const now = document.querySelector("[data-print-now]");
  if (!now) return;
  now.removeAttribute("data-print-now");
  history.replaceState(null, "", location.pathname + location.search.replace(/[?&]print=1/, ""));
  window.print();
})();

// The form opens the browser's own print once it was counted; going back or reloading does not print again.
(() => {
  "use strict";
  if (!document.querySelector("[data-print-now]")) return;
  history.replaceState(null, "", location.pathname);
  document.fonts.ready.then(() => window.print());
})();

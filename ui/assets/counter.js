// The counter's field for the machine readable zone: what was sent and taken makes room for the next; what was refused stays, so
// that the officer can put it right. And Enter on a reason confirms it, which browsers do for inputs but not for lists.
(() => {
  "use strict";
  document.addEventListener("htmx:finally:request", (e) => {
    const ctx = e.detail?.ctx;
    const form = ctx?.sourceElement;
    if (!form?.matches?.("form[data-wedge]")) return;
    const status = ctx.response?.status ?? 0;
    if (status >= 200 && status < 300) form.elements.mrz.value = "";
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || !e.target.matches?.("form.question select, form.particulars select")) return;
    e.preventDefault();
    e.target.form.requestSubmit();
  });
})();

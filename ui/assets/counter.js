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
  // A session that is over has no streams: without this they would ask once more while the page goes away.
  document.addEventListener("session", (e) => {
    if (e.detail?.data !== "locked") document.querySelectorAll("#lane-stream, #stream").forEach((el) => el.remove());
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Enter" || !e.target.matches?.("form.question select, form.particulars select")) return;
    e.preventDefault();
    e.target.form.requestSubmit();
  });
})();

// Images of pages: chosen (Alt+I), dropped anywhere on the screen, or pasted. They are sent one after the other, with progress; what the
// station says of each stands beside the button. Without this script the form sends one by itself.
(() => {
  "use strict";
  const form = document.getElementById("hand-in");
  if (!form) return;
  const input = form.elements.image;
  const line = document.getElementById("hand-in-line");
  const bar = document.getElementById("hand-in-progress");
  const tell = (text, wrong) => {
    line.textContent = text;
    line.classList.toggle("wrong", Boolean(wrong));
  };
  const waiting = [];
  let sending = false;

  const answer = (xhr) => {
    try { return JSON.parse(xhr.responseText); } catch { return {}; }
  };
  const done = (xhr) => {
    const said = answer(xhr);
    if (said.next) {
      tell("");
      if (said.next !== "/counter") location.assign(said.next);
      else htmx.ajax("GET", "/counter", { target: "#desk", swap: "outerHTML" });
    } else if (xhr.status === 401 || xhr.status === 423) location.reload(); // the session's gate tells why
    else tell(said.wrong || (xhr.status === 413 ? form.dataset.tooLarge : form.dataset.failed), true);
  };
  const next = () => {
    const file = waiting.shift();
    if (!file) return;
    if (file.size > Number(form.dataset.most)) { tell(form.dataset.tooLarge, true); return next(); }
    sending = true;
    const body = new FormData();
    body.append("image", file, "image"); // its name may be a person's: it stays here
    const xhr = new XMLHttpRequest();
    xhr.open("POST", form.action);
    xhr.setRequestHeader("Accept", "application/json");
    xhr.upload.onprogress = (e) => { if (e.lengthComputable) bar.value = (100 * e.loaded) / e.total; };
    xhr.upload.onload = () => { bar.removeAttribute("value"); tell(form.dataset.reading); };
    xhr.onloadend = () => {
      sending = false;
      bar.hidden = true;
      done(xhr);
      next();
    };
    bar.value = 0;
    bar.hidden = false;
    tell(form.dataset.sending);
    xhr.send(body);
  };
  const take = (files) => {
    waiting.push(...files);
    if (!sending) next();
  };

  input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
  document.addEventListener("keydown", (e) => {
    if (!e.altKey || e.key.toLowerCase() !== "i" || e.repeat || document.querySelector("dialog:modal")) return;
    e.preventDefault();
    input.click();
  });
  const holdsFiles = (e) => [...(e.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (e) => {
    if (!holdsFiles(e)) return;
    e.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (e) => { if (!e.relatedTarget) document.body.classList.remove("dropping"); });
  document.addEventListener("drop", (e) => {
    if (!holdsFiles(e)) return;
    e.preventDefault();
    document.body.classList.remove("dropping");
    take([...e.dataTransfer.files]);
  });
  document.addEventListener("paste", (e) => {
    const files = [...(e.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    e.preventDefault();
    take(files);
  });
})();

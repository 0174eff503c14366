// Document readers that type. A reader sends the machine readable zone, or the number of a border pass, as keystrokes to whatever has the focus; this listens to
// the whole page, knows a zone by its content, and sends it by the form marked data-wedge. It must never lose a scan silently,
// never guess characters from key codes, and never let a reader's Enter press a button.
//
// The form: <form data-wedge data-wedge-field="mrz"> with an element of that name and, optionally, one named "source" (set to
// "reader" or "paste"). An element marked data-wedge-hold anywhere keeps further scans waiting. An element marked
// data-wedge-line shows messages; its attributes data-queued, data-layout-azerty, data-layout-qwertz, data-layout-arabic and
// data-unreadable hold the words ({n} is a number).
(() => {
  "use strict";

  // Lengths of a zone and of its lines: TD3 and MRV-A, TD1, TD2 and MRV-B (ICAO Doc 9303-4 to -7).
  const LINES = { 88: 44, 90: 30, 72: 36 };
  const GAP = 500; // ms between two keys after which a new text begins
  const QUIET = 150; // ms without a key after which a text that has the right form is taken as it is
  const SUFFIX = 250; // ms in which the reader's closing Enter or Tab still belongs to the scan
  const BURST = 30; // characters after which Enter and Tab are the reader's and not the person's
  const READER = 40; // ms: the mean distance of keys that only a reader reaches
  const TWICE = 2000; // ms in which the same zone is the same scan, when nobody has done anything in between

  // ---- pure functions, which the tests call --------------------------------------------------------------------------------

  const bare = (text) => text.replace(/\s+/g, "").toUpperCase();

  const value = (c) => (c === "<" ? 0 : c <= "9" ? c.charCodeAt(0) - 48 : c.charCodeAt(0) - 55);
  const digit = (field) => String([...field].reduce((sum, c, i) => sum + value(c) * [7, 3, 1][i % 3], 0) % 10);
  const right = (line, from, to) => digit(line.slice(from, to)) === line[to].replace("<", "0");

  // checked: the check digits of document number, birth and expiry (9303-4 4.2.4, -5 4.2.4, -6 4.2.4, -7) are right; of a TD2 the
  // composite too, because the first 72 characters of a TD3 have the rest right by chance about once in a thousand passports.
  const checked = (lines) => {
    if (lines.length === 3) {
      const long = lines[0][14] === "<"; // a number of more than nine characters goes on elsewhere
      return (long || right(lines[0], 5, 14)) && right(lines[1], 0, 6) && right(lines[1], 8, 14);
    }
    const small = lines[0].length === 36, long = small && lines[1][9] === "<";
    if (lines[1][0] === "<") return false; // a number begins there
    if (small && lines[0][0] !== "V" && digit(lines[1].slice(0, 10) + lines[1].slice(13, 20) + lines[1].slice(21, 35)) !== lines[1][35]) return false;
    return (long || right(lines[1], 0, 9)) && right(lines[1], 13, 19) && right(lines[1], 21, 27);
  };

  const split = (text) => {
    const width = LINES[text.length];
    return width ? text.match(new RegExp(`.{${width}}`, "g")) : null;
  };

  // zone: the lines of a text that has the form of a machine readable zone, in their right order, and whether its check digits
  // are right; null for any other text. A document fed upside down comes last line first.
  const zone = (typed) => {
    const text = bare(typed);
    const lines = /^[A-Z0-9<]+$/.test(text) ? split(text) : null;
    if (!lines) return null;
    // Where the reader itself ended the first line, it is no zone of other lines: 72 characters of a TD3 are no TD2.
    const ended = typed.trim().search(/[\r\n]/);
    if (Object.values(LINES).includes(ended) && ended !== lines[0].length) return null;
    const turned = [...lines].reverse();
    const begins = (l) => /^[PIACV]/.test(l[0]);
    for (const l of [lines, turned]) if (begins(l) && checked(l)) return { lines: l, valid: true };
    for (const l of [lines, turned]) if (begins(l)) return { lines: l, valid: false };
    return null;
  };

  // pass: the number of a border pass, which has no zone: BP, the State, nine digits and a check digit over all of them. It is known
  // by its content too, and taken as soon as it is whole.
  const PASS = 15;
  const pass = (typed) => {
    const text = bare(typed);
    if (text.length !== PASS || !/^BP[A-Z<]{3}[0-9]{10}$/.test(text) || digit(text.slice(0, -1)) !== text.at(-1)) return null;
    return { lines: [text], valid: true };
  };

  // ending: the zone at the end of a text that somebody began and a reader went on with, with what stands before it; null when its
  // check digits are wrong, for then nobody can say where it begins. Only of a text that is complete: the middle of a zone may look
  // like a smaller one.
  const ending = (typed) => {
    for (const length of [90, 88, 72, PASS]) {
      let from = typed.length;
      for (let n = 0; n < length && from > 0;) if (/\S/.test(typed[--from])) n++;
      const found = from > 0 ? zone(typed.slice(from)) ?? pass(typed.slice(from)) : null;
      if (found?.valid) return { ...found, kept: typed.slice(0, from).replace(/\n/g, "") };
    }
    return null;
  };

  // layout: which keyboard layout the computer has, when a reader set to the US layout typed this; null when it is no such text.
  // On AZERTY the digits are &é"'(-è_çà and < is a full stop; on QWERTZ (and its neighbours) < is a semicolon and Y and Z change
  // places; on an Arabic layout the letters are Arabic letters or vowel signs.
  const layout = (typed) => {
    const text = typed.replace(/[\r\n\t]+/g, "");
    if (/ /.test(text)) return null;
    const count = (set) => [...text].filter((c) => set.includes(c)).length;
    if ((text.match(/\p{Script=Arabic}|[\u064b-\u0652\u0640]/gu) || []).length >= 5) return "arabic";
    const length = [...text].length;
    if (!LINES[length]) return null;
    if (count("&é\"'(-è_çà") >= 6 && count(".?;") >= 2) return "azerty";
    if (count(";") >= 3 && /^[A-Z0-9;]+$/i.test(text)) return "qwertz";
    return null;
  };

  globalThis.wedge = { zone, pass, ending, layout, digit };

  // ---- the page ------------------------------------------------------------------------------------------------------------

  let typed = "", began = 0, last = -Infinity, keys = 0, before = [];
  let taken = { text: "", at: -Infinity };
  let quiet = 0;
  const queue = [];
  let sending = null;

  const form = () => document.querySelector("form[data-wedge]");
  const line = () => document.querySelector("[data-wedge-line]");

  const say = (what, n) => {
    const el = line();
    if (el) el.textContent = what ? (el.dataset[what] || what).replace("{n}", String(n ?? "")) : "";
  };

  const forget = () => { typed = ""; keys = 0; before = []; clearTimeout(quiet); };

  // remember what the focused field held before the reader typed into it, and every further field that gets the focus while it types
  // (a part of the page may come in between); restore puts them back, the first with what the person had typed just before.
  const remember = () => {
    const el = document.activeElement;
    if (!el || el === before.at(-1)?.el || !("value" in el) || !el.matches("input, textarea, select")) return;
    before.push({ el, value: el.value, from: el.type === "text" || el.matches("textarea") ? el.selectionStart : null });
  };
  const restore = (kept = "") => before.forEach(({ el, value, from }, n) => {
    const own = n === 0 ? kept : "";
    if (el.value === value && !own) return;
    el.value = value;
    if (from === null) return;
    el.setSelectionRange(from, from);
    el.setRangeText(own, from, from, "end");
  });

  const take = (found, source, at) => {
    const text = found.lines.join("\n");
    restore(found.kept);
    forget();
    const again = text === taken.text && at - taken.at < TWICE;
    taken = { text, at };
    if (again) return;
    queue.push({ text, source });
    say("");
    pump();
  };

  // pump sends the next scan when the last one has been answered and the page does not hold.
  const pump = () => {
    const f = form();
    const waiting = queue.length - (sending ? 1 : 0);
    const held = document.querySelector("[data-wedge-hold]");
    if (sending || !queue.length || !f || held) {
      if (waiting > 0) say("queued", waiting);
      return;
    }
    sending = queue[0];
    f.elements[f.dataset.wedgeField || "mrz"].value = sending.text;
    if (f.elements.source) f.elements.source.value = sending.source;
    f.noValidate = true; // what is sent is what was read, right or wrong
    f.requestSubmit();
    if (queue.length > 1) say("queued", queue.length - 1);
  };

  // answered: the server has the scan. A failed link, a lock or a fault of the server leaves it at the head of the queue.
  const answered = (e) => {
    const ctx = e.detail?.ctx;
    if (!sending || !ctx?.sourceElement?.matches?.("form[data-wedge]")) return;
    const status = ctx.response?.status ?? 0;
    const has = status > 0 && status < 500 && status !== 401 && status !== 423;
    sending = null;
    if (has) { queue.shift(); say(""); } else setTimeout(pump, 2000);
    if (!has) say("queued", queue.length);
    else pump();
  };
  document.addEventListener("htmx:finally:request", answered);
  document.addEventListener("htmx:after:swap", () => pump());
  document.addEventListener("session-unlocked", () => pump());
  window.addEventListener("beforeunload", (e) => { if (queue.length && !("leaving" in document.documentElement.dataset)) e.preventDefault(); });

  // settle: no key came for a while. What has the right form is taken although a check digit is wrong, because that is for the
  // checks to say: at once where the reader ended it, else when the gap is over. What a reader typed and nobody can read is told; it is
  // not forgotten, because the page or the machine may have been busy and the rest may come: only the keys' own times end a text.
  const settle = (given) => {
    const whole = zone(typed) ?? pass(typed);
    const found = whole?.valid ? whole : ending(typed) ?? (given || typed.endsWith("\n") ? whole : null);
    if (found) return take(found, "reader", last);
    if (!given) { quiet = setTimeout(settle, GAP - QUIET, true); return; } // it may go on yet
    const mean = keys > 1 ? (last - began) / (keys - 1) : Infinity;
    if (keys < 60 || mean > READER || / /.test(typed)) return;
    const wrong = layout(typed);
    restore();
    say(wrong ? "layout" + wrong[0].toUpperCase() + wrong.slice(1) : "unreadable", bare(typed).length);
  };

  const charOf = (e) => {
    if (e.key === "Enter" || e.key === "Tab") return "\n";
    if ((e.ctrlKey || e.altKey) && !e.getModifierState("AltGraph")) return null;
    if (e.metaKey) return null;
    return [...e.key].length === 1 || /^\p{Script=Arabic}+$/u.test(e.key) ? e.key : null;
  };

  // acted: the person did something since the last scan. Whoever is scanned again after that is scanned anew: the traveller may have
  // been admitted in between, and a scan that says nothing would be lost.
  const acted = () => { taken.text = ""; };

  const onKey = (e) => {
    if (e.isComposing || !form()) return;
    const at = e.timeStamp;
    const c = charOf(e);
    if (c === null) {
      if (!["Shift", "AltGraph", "CapsLock", "Control", "Alt"].includes(e.key)) { forget(); acted(); }
      return;
    }
    if (at - last > GAP) forget();
    const suffix = c === "\n";
    if (suffix && typed === "" && at - taken.at < SUFFIX) return swallow(e);
    if (suffix && keys >= BURST && !/ /.test(typed.slice(-BURST))) swallow(e);
    if (typed === "") {
      if (suffix) return;
      began = at;
    }
    remember();
    typed += c;
    keys += suffix ? 0 : 1;
    last = at;
    clearTimeout(quiet);
    const length = bare(typed).length;
    const found = length in LINES ? zone(typed) : length === PASS ? pass(typed) : null;
    if (found?.valid) { e.preventDefault(); return take(found, "reader", at); }
    quiet = setTimeout(settle, QUIET, false);
  };
  const swallow = (e) => { e.preventDefault(); e.stopImmediatePropagation(); };

  document.addEventListener("keydown", onKey, true);
  document.addEventListener("pointerdown", acted, true);
  document.addEventListener("paste", (e) => {
    const text = e.clipboardData?.getData("text") || "";
    const found = form() && (zone(text) ?? pass(text));
    if (!found) return;
    e.preventDefault();
    remember();
    take(found, "paste", e.timeStamp);
  }, true);
})();

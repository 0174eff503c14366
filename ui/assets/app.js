// What every page needs beside htmx: hotkeys, dialogs, focus, the idle lock. No markup is made here, and nothing is decided.
(() => {
  "use strict";

  // Hotkeys: <button data-hotkey="F2">, <select data-hotkey="F6">, <a data-hotkey="Control+l">. A control that is disabled or out
  // of sight takes no key; while a dialog is open only what is inside it does.
  const name = (e) => (e.ctrlKey ? "Control+" : "") + (e.altKey ? "Alt+" : "") + (e.key.length === 1 ? e.key.toLowerCase() : e.key);
  const usable = (el) => !el.disabled && el.getClientRects().length > 0;
  const holder = (key) => {
    const scope = document.querySelector("dialog:modal") || document;
    return [...scope.querySelectorAll("[data-hotkey]")].find((x) => x.dataset.hotkey === key && usable(x));
  };
  // A key may come before htmx has taken up what it has just swapped in; the click waits for it, or it would load the whole page.
  // A button may stand outside of the form that it sends.
  const ready = (el) => [el, el.form].every((x) => x?.closest("[hx-get], [hx-post]")?.hasAttribute("data-htmx-powered") ?? true);
  const use = (key, until) => {
    const el = holder(key);
    if (!el) return;
    if (!ready(el) && performance.now() < until) setTimeout(use, 4, key, until);
    else if (el.matches("input, select, textarea")) el.focus();
    else {
      if (el.matches("summary")) el.focus(); // the next Tab goes into what it opens
      el.click();
    }
  };
  const press = (e) => {
    if (e.isComposing || e.metaKey || e.repeat || !holder(name(e))) return;
    e.preventDefault();
    use(name(e), performance.now() + 1000);
  };
  document.addEventListener("keydown", press, true);

  // Escape closes what lies open, and clears the notices.
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || document.querySelector("dialog:modal")) return;
    const menu = document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); return; }
    document.getElementById("notices")?.replaceChildren();
  });
  document.addEventListener("click", (e) => {
    const menu = document.querySelector("details.menu[open]");
    if (menu && !menu.contains(e.target)) menu.open = false;
  });

  // The page renews parts of itself while somebody acts. htmx forgets an answer whose place was renewed meanwhile, and the key would be
  // lost: the place is looked up again for the last act of a person. What the page asked by itself is never shown out of its place.
  const acts = new Map(); // the id of a place to what was last asked for it by a person
  const placeOf = (ctx) => (["click", "submit"].includes(ctx?.sourceEvent?.type) && ctx.target instanceof Element ? ctx.target.id : "");
  document.addEventListener("htmx:before:request", (e) => {
    const ctx = e.detail?.ctx, id = placeOf(ctx);
    if (id) acts.set(id, ctx);
  });
  document.addEventListener("htmx:after:request", (e) => {
    const ctx = e.detail?.ctx, id = placeOf(ctx);
    if (id && acts.get(id) === ctx && !ctx.target.isConnected) ctx.target = document.getElementById(id) ?? ctx.target;
  });

  // The header: pages that its row has no room for stand first in the menu behind it, none of them cut in the middle of a word. The page
  // that is open, and those with a number beside them, stay as long as another one can go.
  const row = document.querySelector(".top nav > ul"), more = document.querySelector(".top nav > details.more");
  const order = row ? [...row.children] : [];
  const fit = () => {
    const list = more.querySelector("ul");
    if (row.contains(document.activeElement) || row.children.length === order.length && row.scrollWidth <= row.clientWidth) return;
    row.append(...order);
    more.hidden = list.children.length === 0;
    const stays = (item) => (item.querySelector("[aria-current]") ? 2 : item.querySelector(".nav-count:not(:empty)") ? 1 : 0);
    while (row.scrollWidth > row.clientWidth && row.children.length > 1) {
      more.hidden = false;
      const all = [...row.children], least = Math.min(...all.map(stays));
      const item = all.findLast((x) => stays(x) === least);
      list.prepend(item);
    }
  };
  if (row && more) {
    const sizes = new ResizeObserver(fit);
    for (const el of document.querySelectorAll(".top, .top nav, .top .badges, .top .nav-count")) sizes.observe(el);
  }

  // What htmx brings: dialogs open themselves, and the element marked data-focus gets the focus.
  let behind = null; // what had the focus before the session's gate closed
  const arrived = (node) => {
    if (!(node instanceof Element)) return;
    for (const d of [node, ...node.querySelectorAll("*")]) {
      if (d.matches("dialog[data-show-modal]:not([open])")) {
        // The session's gate cannot be closed with Escape: what lies behind it belongs to the person who locked it.
        if (d.matches(".session-gate")) {
          d.addEventListener("cancel", (e) => e.preventDefault());
          if (document.activeElement !== document.body) behind ??= document.activeElement;
        }
        d.showModal();
      } else if (d.matches("[data-session-unlocked]")) unlocked();
      else if (d.matches("[data-focus]")) d.focus();
    }
  };

  // unlocked: the focus goes back to where it was, waiting scans are sent, and streams do not wait for their next attempt
  // (delayCanceller is htmx's own, of the version in vendor.json).
  const unlocked = () => {
    if (behind?.isConnected) behind.focus();
    behind = null;
    document.querySelectorAll("[hx-sse\\:connect]").forEach((el) => {
      pace(el, 500, 60000);
      el._htmx?.sse?.delayCanceller?.();
    });
    document.dispatchEvent(new Event("session-unlocked"));
  };

  // A locked session has no streams: they rest until it is unlocked, and do not ask in vain (delays are htmx's own, in milliseconds).
  const pace = (el, delay, most) => {
    const config = el._htmx?.sse?.config;
    if (config) Object.assign(config, { reconnectDelay: delay, reconnectMaxDelay: most });
  };
  const rest = (el) => pace(el, 86400000, 86400000);
  // The gate is fetched unless it stands there or is on its way: what is typed into it must not be lost.
  const gate = () => {
    if (!document.querySelector(".session-gate, #lock.htmx-request")) htmx.ajax("GET", "/session", { target: "#notices", swap: "innerHTML" });
  };
  document.addEventListener("htmx:sse:error", (e) => {
    if (e.detail?.status !== 423) return;
    rest(e.target);
    gate();
  });
  new MutationObserver((all) => all.forEach((m) => m.addedNodes.forEach(arrived))).observe(document.body, { childList: true, subtree: true });
  arrived(document.body);

  // An image that turns out to be none is said in words (data-closed), never shown as a broken one.
  const inWords = (img) => {
    if (!(img instanceof HTMLImageElement) || !img.dataset.closed) return;
    const words = document.createElement("span");
    words.className = img.className + " none";
    words.textContent = img.dataset.closed;
    img.replaceWith(words);
  };
  document.addEventListener("error", (e) => inWords(e.target), true);
  document.querySelectorAll("img[data-closed]").forEach((img) => { if (img.complete && img.naturalWidth === 0) inWords(img); });

  // A second Enter does not send a plain form twice; what htmx sends it guards itself.
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.hasAttribute("hx-post") || form.hasAttribute("hx-get") || form.hasAttribute("data-download")) return;
    if (form.dataset.sent) e.preventDefault();
    else form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));

  // The stream tells that the session is locked (the gate closes before the page, which keeps what was typed) or over (the page
  // and what it shows go away: the same address leads to sign-in).
  document.addEventListener("session", (e) => {
    if (e.detail?.data === "locked") {
      rest(e.target);
      return gate();
    }
    document.documentElement.dataset.leaving = "";
    location.reload();
  });

  // Idle lock. The last act is shared between the tabs of the browser; the server keeps its own limit beside this one.
  const idle = Number(document.body.dataset.idleSeconds) * 1000;
  const lock = document.getElementById("lock");
  if (idle > 0 && lock) {
    const key = "last-act";
    let noted = 0;
    const act = () => {
      if (Date.now() - noted < 1000) return;
      noted = Date.now();
      localStorage.setItem(key, String(noted));
    };
    for (const kind of ["keydown", "pointerdown", "wheel", "input"]) document.addEventListener(kind, act, { capture: true, passive: true });
    act();
    const look = setInterval(() => {
      if (Date.now() - Number(localStorage.getItem(key)) < idle) return;
      clearInterval(look);
      lock.requestSubmit();
    }, Math.min(5000, idle / 4));
  }
})();

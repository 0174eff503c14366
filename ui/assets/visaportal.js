// The live feedback on the portrait: the chosen picture goes to the server's check, and what it says is shown before anything is kept.
// Nothing is decided here, and the page works without it. No markup is made from text.
(() => {
  "use strict";
  const form = document.querySelector("form[data-check]"), live = document.getElementById("live");
  if (!form || !live) return;
  const inputs = [...form.querySelectorAll('input[type="file"]')];

  let running = null;
  const say = (words) => { const p = document.createElement("p"); p.textContent = words; live.replaceChildren(p); };

  const item = (i) => {
    const li = document.createElement("li"), head = document.createElement("span"), name = document.createElement("strong");
    li.className = i.verdict; head.className = "portal-item-head"; name.textContent = i.name;
    const value = document.createElement("bdi"), status = document.createElement("span"), sign = document.createElement("span");
    value.className = "portal-value"; value.textContent = i.value;
    status.className = "status " + i.look; sign.className = "sign"; sign.ariaHidden = "true"; sign.textContent = i.sign;
    status.append(sign, i.word); head.append(name, value, status); li.append(head);
    if (i.advice) { const advice = document.createElement("span"); advice.textContent = i.advice; li.append(advice); }
    return li;
  };

  const check = async (input) => {
    running?.abort();
    live.replaceChildren();
    if (!input.files.length) return;
    for (const other of inputs) if (other !== input) other.value = ""; // one picture is sent
    const mine = running = new AbortController();
    say(live.dataset.checking);
    try {
      const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form), signal: mine.signal });
      const said = await answer.json();
      if (mine !== running) return;
      if (said.words || !said.items?.length) say(said.words || live.dataset.offline);
      else { const list = document.createElement("ul"); list.className = "portal-items"; list.append(...said.items.map(item)); live.replaceChildren(list); }
    } catch (e) {
      if (e.name !== "AbortError" && mine === running) say(live.dataset.offline);
    }
  };
  for (const input of inputs) input.addEventListener("change", () => check(input));
})();

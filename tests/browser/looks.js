// What is wrong with how this page looks, on the screen or on paper: text or edges without contrast, targets too small
// or too close, controls without a label, steps that only colour tells apart, buttons and ways to elsewhere in print.
() => {
  const rgb = (text) => (text.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const light = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const seen = (e) => e.checkVisibility() && !e.closest(".nascosto,.salta") && e.getBoundingClientRect().width > 1;
  const wrong = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    if (!text || !seen(e)) continue;
    const style = getComputedStyle(e), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = contrast(rgb(style.color), behind(e));
    if (ratio < (large ? 3 : 4.5)) wrong.push(`contrast ${ratio.toFixed(2)}: ${text.slice(0, 40)}`);
  }
  if (matchMedia("print").matches) {
    for (const e of document.querySelectorAll("button,.btn,nav,footer,.steppers,.lingue,[role=status]"))
      if (seen(e)) wrong.push(`printed: ${e.textContent.trim().slice(0, 40)}`);
    return wrong;
  }
  for (const e of document.querySelectorAll("input:not([type=hidden]),select,textarea,button,.btn")) {
    if (!seen(e)) continue;
    const tick = ["radio", "checkbox"].includes(e.type), name = e.name || e.textContent.trim();
    const box = (tick && e.labels[0] || e).getBoundingClientRect();
    const edge = contrast(rgb(getComputedStyle(e).borderTopColor), behind(e.parentElement));
    if (!tick && edge < 3) wrong.push(`edge ${edge.toFixed(2)}: ${name}`);
    if (e.matches("input,select,textarea,.btn") && !tick && e.clientTop < 1) wrong.push(`no edge: ${name}`);
    if (box.height < 24 || box.width < 24) wrong.push(`small, ${box.width}×${box.height}: ${name}`);
    if (e.labels && e.tagName !== "BUTTON" && !e.labels.length) wrong.push(`no label: ${name}`);
  }
  for (const a of document.querySelectorAll("a[href]:not(.btn)")) {
    const alone = a.parentElement.textContent.trim() === a.textContent.trim();
    const box = a.getBoundingClientRect();
    if (alone && seen(a) && box.height < 24) wrong.push(`small, ${box.width}×${box.height}: ${a.textContent}`);
  }
  for (const b of document.querySelectorAll("main .btn")) {
    for (const e of document.querySelectorAll("main :is(a[href],.btn,input:not([type=hidden]),select,textarea)")) {
      const one = b.getBoundingClientRect(), other = e.getBoundingClientRect();
      const across = Math.max(one.left - other.right, other.left - one.right);
      const gap = Math.max(across, one.top - other.bottom, other.top - one.bottom);
      if (e !== b && seen(b) && seen(e) && gap < 8) wrong.push(`too close, ${gap}: ${b.textContent} / ${e.textContent}`);
    }
  }
  const under = (e) => parseFloat(getComputedStyle(e).borderBottomWidth);
  const [active] = document.querySelectorAll(".steppers .active");
  if (active && [...active.parentElement.children].some((e) => e !== active && under(e) >= under(active)))
    wrong.push("steps look alike");
  return wrong;
}

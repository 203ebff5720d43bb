// Keys for staff. Those that a page has stand on its buttons, links and fields as
// data-key="/", or data-key="Ctrl+d"; the page lists them in <details id="keys">. In a form
// that begins with a button that is off, Enter goes to the next field and only Ctrl+Enter,
// or a button, sends it.
'use strict';
(() => {
  const typing = element => element.isContentEditable || element.matches('input, select, textarea');
  const moves = form => form?.querySelector(':scope > button[disabled][hidden]');

  // Moves to the link of the next or previous row, and from elsewhere to the first.
  function step(by) {
    const links = [...document.querySelectorAll('table[data-rows] tbody tr')]
      .map(row => row.querySelector('a[data-step]') ?? row.querySelector('a')).filter(Boolean);
    const row = document.activeElement.closest('table[data-rows] tbody tr');
    const now = links.findIndex(link => link.closest('tr') === row);
    links[now < 0 ? 0 : Math.min(Math.max(now + by, 0), links.length - 1)]?.focus();
  }

  function list() {
    const keys = document.getElementById('keys');
    if (!keys) return;
    keys.open = !keys.open;
    keys.querySelector('summary').focus();
  }

  // Goes to a field, or presses what is no field.
  function use(element) {
    if (!typing(element)) return element.click();
    element.focus();
    element.select?.();
  }

  // The last field is never left by Enter: the next would press a button. Boxes of one name
  // are one field. Folds are passed by, but from within one.
  function onward(field) {
    const kinds = 'input:not([type=hidden]), select, textarea' + (field.closest('details') ? ', summary' : '');
    const fields = [...field.form.querySelectorAll(kinds)].filter(e => !e.disabled && e.checkVisibility());
    fields.slice(fields.indexOf(field)).find(e => e.name !== field.name)?.focus();
  }

  // Among boxes a letter leads to the next one of which the name begins so; Space ticks it.
  function byLetter(box, letter) {
    const boxes = [...box.closest('.choices').querySelectorAll('input')];
    const at = boxes.indexOf(box) + 1;
    return [...boxes.slice(at), ...boxes.slice(0, at)].find(b => b.labels[0].textContent.toLowerCase().startsWith(letter));
  }

  const formAt = from => from.form ?? from.closest('form') ?? (from === document.body ? document.querySelector('form[data-main]') : null);
  const send = form => form.requestSubmit(form.querySelector('.actions > button:not(.secondary, .grave, .plain)'));

  const keys = {j: () => step(1), k: () => step(-1), '?': list};

  // What a key does here, undefined for what the browser makes of it.
  function act(event) {
    const control = event.ctrlKey || event.metaKey, from = event.target;
    if (event.key === 'Enter' && control) {
      const form = formAt(from);
      return form ? () => send(form) : undefined;
    }
    if (event.key === 'Enter' && from.matches('input, select') && moves(from.form)) return () => onward(from);
    if (event.key === 'ArrowDown' && from.matches('[data-key="/"]')) return () => step(1);
    if (event.altKey) return undefined;
    if (!control && from.matches('.choices input') && /^\p{L}$/u.test(event.key)) {
      const box = byLetter(from, event.key.toLowerCase());
      return box ? () => box.focus() : undefined;
    }
    if (typing(from) && !control) return undefined;
    const named = document.querySelector(`[data-key="${CSS.escape((control ? 'Ctrl+' : '') + event.key)}"]`);
    return named ? () => use(named) : control ? undefined : keys[event.key];
  }

  // A key that is still held from the page before does nothing here, nor types. One that is
  // held does once what it does.
  const pressed = new Set();
  document.addEventListener('keydown', event => {
    if (!event.repeat) {
      pressed.add(event.code);
    } else if (!pressed.has(event.code)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);
  addEventListener('pageshow', event => event.persisted && pressed.clear());

  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.isComposing) return;
    const does = act(event);
    if (!does) return;
    event.preventDefault();
    if (!event.repeat) does();
  });

  // Nobody signs what has not been on the screen: <form data-signs> is sent, by key or
  // mouse, only after the page has been visible for a while.
  const look = 1000; // ms
  let shown = document.visibilityState === 'visible' ? performance.now() : Infinity;
  document.addEventListener('visibilitychange', () => shown = document.visibilityState === 'visible' ? performance.now() : Infinity);
  addEventListener('pageshow', event => event.persisted && (shown = performance.now()));
  document.addEventListener('submit', event => {
    if (!event.target.matches('[data-signs]') || performance.now() - shown >= look) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const early = event.target.querySelector('[data-early]');
    early.textContent = early.dataset.early;
  }, true);

  // What is sent twice in a row is sent once.
  const soon = 5000; // ms
  document.addEventListener('submit', event => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute('method') !== 'post') return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
    setTimeout(() => delete form.dataset.sent, soon);
  });
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  });

  // A field that is entered by a key is selected, so that typing replaces what stands in it.
  let pointing = false;
  const select = field => field?.matches('input[type=text]') && field.select();
  addEventListener('pointerdown', () => pointing = true, true);
  addEventListener('keydown', () => pointing = false, true);
  document.addEventListener('focusin', event => pointing || select(event.target));
  select(document.activeElement);

  for (const button of document.querySelectorAll('[data-print]')) {
    button.hidden = false;
    button.addEventListener('click', () => print());
  }
})();

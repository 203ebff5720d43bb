// Keys for staff. None of them changes anything but Ctrl+Enter, which sends the
// form that is being filled in, or where nothing has the focus the form[data-send]. The page lists its keys in <details id="keys">.
'use strict';
(() => {
  const typing = element => element.isContentEditable || element.matches('input, select, textarea');

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

  function find() {
    const field = document.querySelector('[data-key="/"]');
    field?.focus();
    field?.select();
  }

  // Goes on to the next sample of the worklist.
  const goOn = () => document.querySelector('[data-key="n"]')?.click();

  const keys = {j: () => step(1), k: () => step(-1), '?': list, '/': find, n: goOn};

  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      const form = event.target.form ?? (event.target === document.body ? document.querySelector('form[data-send]') : null);
      if (!form) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector('.actions > button:not(.secondary, .grave, .plain)'));
      return;
    }
    if (event.key === 'ArrowDown' && event.target.matches('[data-key="/"]')) {
      event.preventDefault();
      step(1);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
})();

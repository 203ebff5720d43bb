// Rows of a scope that are pasted into one of its fields, as a spreadsheet copies them: the
// server fills them in, as it does without this script from the field for them.
'use strict';
(() => {
  for (const part of document.querySelectorAll('[data-paste]')) {
    const form = part.closest('form');
    form.addEventListener('paste', event => {
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (!event.target.closest('[data-row]') || !/\t|\n./.test(text)) return;
      event.preventDefault();
      part.open = true;
      part.querySelector('textarea').value = text;
      form.requestSubmit(part.querySelector('button[value=paste]'));
    });
  }
})();

// Findings: Enter in a row goes to the next row, and makes one after the last.
'use strict';
(() => {
  for (const rows of document.querySelectorAll('[data-enter]')) {
    rows.addEventListener('keydown', event => {
      if (event.key !== 'Enter' || event.defaultPrevented || event.ctrlKey || event.metaKey || event.isComposing) return;
      const row = event.target.closest('[data-row]');
      if (!row || event.target.matches('button')) return;
      event.preventDefault();
      const next = row.nextElementSibling;
      if (next?.matches('[data-row]')) next.querySelector('input')?.focus();
      else rows.querySelector('[data-add]').click();
    });
  }
})();

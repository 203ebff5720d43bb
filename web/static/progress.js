// Progress of a long job: [data-progress="ADDRESS"] holds <progress>, [data-text]
// and a link for readers without scripts. The address answers {done, total, text,
// href}; href, where it is given, is where the finished work lies.
'use strict';
(() => {
  for (const box of document.querySelectorAll('[data-progress]')) {
    const bar = box.querySelector('progress');
    const text = box.querySelector('[data-text]');

    async function look() {
      try {
        const answer = await fetch(box.dataset.progress, {headers: {Accept: 'application/json'}});
        if (answer.ok) {
          const job = await answer.json();
          bar.max = job.total || 1;
          bar.value = job.done;
          if (text.textContent !== job.text) text.textContent = job.text;
          if (job.href) {
            location.replace(job.href);
            return;
          }
        }
      } catch {
        // The next look may succeed.
      }
      setTimeout(look, 1000);
    }
    look();
  }
})();

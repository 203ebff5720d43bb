// Files in parts: <form data-upload="ADDRESS"> sends the files of its fields a part at a time,
// and says how far it is in [data-upload-state]. A part that nobody answers is sent again.
// Without scripts the form sends them at once.
'use strict';
(() => {
  const tries = 5, pause = 2000; // ms

  for (const form of document.querySelectorAll('form[data-upload]')) {
    const state = form.querySelector('[data-upload-state]'), bar = state.querySelector('progress'), text = state.querySelector('p');

    async function ask(address, body, headers) {
      for (let left = tries; ; left--) {
        try {
          const answer = await fetch(address, {method: 'POST', body, headers: {Accept: 'application/json', ...headers}});
          if (answer.ok) return await answer.json();
          if (answer.status < 500 || left <= 1) {
            const told = await answer.json().catch(() => ({}));
            throw new Error(told.fields?.[0]?.detail ?? told.detail ?? told.title ?? form.dataset.failed, {cause: answer});
          }
        } catch (error) {
          if (error.cause || left <= 1) throw error;
        }
        await new Promise(later => setTimeout(later, pause));
      }
    }

    async function send(files) {
      const names = new URLSearchParams();
      for (const file of files) {
        names.append('name', file.name);
        names.append('bytes', file.size);
      }
      const begun = await ask(form.dataset.upload + '/begin', names);
      bar.max = files.reduce((sum, file) => sum + file.size, 0) || 1;
      for (const [i, file] of files.entries()) {
        for (let part = 0; part * begun.part < file.size; part++) {
          const piece = file.slice(part * begun.part, (part + 1) * begun.part);
          await ask(begun.address + '/parts/' + (i + 1) + '-' + part, piece, {'Content-Type': 'application/octet-stream'});
          bar.value += piece.size;
        }
      }
      location.assign((await ask(begun.address + '/whole')).address);
    }

    form.addEventListener('submit', async event => {
      const files = [...form.querySelectorAll('input[type=file]')].flatMap(field => [...field.files]);
      if (!files.length) return;
      event.preventDefault();
      const button = form.querySelector('.actions button');
      button.disabled = true;
      state.hidden = false;
      bar.value = 0;
      text.textContent = form.dataset.sending;
      try {
        await send(files);
      } catch (error) {
        text.textContent = error.cause ? error.message : form.dataset.failed;
        button.disabled = false;
      }
    });
  }
})();

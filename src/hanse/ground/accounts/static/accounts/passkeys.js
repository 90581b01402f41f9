/* Says in words why a passkey or security key did not work. */
(function () {
  'use strict'

  const WORDS = {
    NotAllowedError: 'Your device did not confirm that it was you, or the time ran out. Try again, or take another way.',
    InvalidStateError: 'This device or key is set up already.',
    SecurityError: 'Passkeys belong to the name of a site. Open this one by its name instead of a number: localhost, not 127.0.0.1.'
  }
  const OTHERWISE = 'Passkeys do not work here just now. Take another way, or try another browser.'

  document.addEventListener('allauth.error', function (event) {
    const place = document.getElementById('passkey-fault')
    if (!place) return
    event.preventDefault()
    place.textContent = WORDS[event.detail.exception.name] || OTHERWISE
  })
})()

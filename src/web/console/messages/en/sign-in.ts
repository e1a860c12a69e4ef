import type { Catalogue } from "../fr/catalogue.js";

export const signIn: Catalogue["signIn"] = {
  title: "Sign-in for administrators",
  phone: "Phone number",
  password: "Password",
  submit: "Sign in",
  secondStepTitle: "Confirm your sign-in",
  sendCode: "Send a code by SMS",
  sendAgain: "Send another code",
  sendAgainIn: (seconds) => `Another code in ${seconds} s`,
  codeSent: (phone) => `A code has been sent by SMS to ${phone}.`,
  explanation: (phone) =>
    `To protect the customers' accounts, confirm your sign-in with a code sent by SMS to ${phone}.`,
  remember: "Ask for no code on this computer for 30 days. Uncheck this if other people use it.",
  code: "Code from the SMS",
  attemptsLeft: (count) => (count === 1 ? "1 attempt left." : `${count} attempts left.`),
  workIsKept: "What you have typed is kept. You can go on right after.",
  interrupted: "This was not done, because your sign-in had to be confirmed first. You can repeat it.",
  reasons: {
    over: "Your session has ended. Please sign in again.",
    ended:
      "Your session has ended. Sign in again to go on: what you have typed is kept as long as this page stays open.",
    elsewhere: "You signed out in another tab.",
    "no-rights":
      "This account is not an administrator's: it gives no access to this console, and you are signed out.",
  },
  closing: "Closing the session…",
  stillOpen:
    "You are signed out of this page, but the service has not responded: the session is still open there, and this browser keeps its key. If other people use this computer, close it as soon as the network responds.",
  closeNow: "Close the session",
};

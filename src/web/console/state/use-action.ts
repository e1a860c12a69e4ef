import { useState } from "preact/hooks";
import type { IdentityError } from "#client/src/error.js";
import { errors } from "../service/transports.js";

/** Something that the user does at the service. */
export interface Action {
  isRunning: boolean;
  /** Why the last attempt failed; null if it didn't. */
  error: IdentityError | null;
  /** Runs `act` unless it is running. Resolves with whether it succeeded. */
  run(act: () => Promise<void>): Promise<boolean>;
}

export function useAction(): Action {
  const [state, setState] = useState<Omit<Action, "run">>({ isRunning: false, error: null });
  return {
    ...state,
    async run(act) {
      if (state.isRunning) return false;
      setState({ isRunning: true, error: null });
      try {
        await act();
        setState({ isRunning: false, error: null });
        return true;
      } catch (error) {
        setState({ isRunning: false, error: errors.read(error) });
        return false;
      }
    },
  };
}

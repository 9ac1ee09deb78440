/** A question and what can be answered: radio buttons, with what is right marked once it is known. */
import { useId } from "react";

interface OptionsProps {
  prompt: string;
  options: readonly string[];
  chosen: number | null;
  /** Null while it is not to be told. */
  answer: number | null;
  isOver?: boolean;
  onChoose: (option: number) => void;
}

export function Options({ prompt, options, chosen, answer, isOver = false, onChoose }: OptionsProps) {
  const name = useId();
  return (
    <fieldset className="options" disabled={isOver}>
      <legend>{prompt}</legend>
      {options.map((text, option) => {
        const verdict = answer === null ? undefined : option === answer ? "right" : option === chosen ? "wrong" : undefined;
        return (
          <label key={option} className="option" data-verdict={verdict} data-testid="option">
            <input type="radio" name={name} checked={option === chosen} onChange={() => onChoose(option)} />
            <span>{text}</span>
            {verdict !== undefined && <span className="verdict">{verdict === "right" ? "right" : "your answer"}</span>}
          </label>
        );
      })}
    </fieldset>
  );
}

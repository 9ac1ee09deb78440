/** The line icons of the app, drawn on a 24-unit grid in the colour of the text around them, and its mark. */
import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const Mark = () => <img className="mark" src="/shoal.svg" alt="" />;

export const AlertIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7.8v5M12 16v.2" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="m6 6 12 12M18 6 6 18" />
  </Icon>
);

export const AddIcon = () => (
  <Icon>
    <path d="M12 5v14M5 12h14" />
  </Icon>
);

export const LessIcon = () => (
  <Icon>
    <path d="M5 12h14" />
  </Icon>
);

export const UndoIcon = () => (
  <Icon>
    <path d="M8.5 5 4 9.5 8.5 14" />
    <path d="M4.5 9.500H14a5.5 5.5 0 0 1 0 11h-4" />
  </Icon>
);

export const EditIcon = () => (
  <Icon>
    <path d="m5 19 1-4L16 5l3 3L9 18Z" />
    <path d="m14 7 3 3" />
  </Icon>
);

export const DeleteIcon = () => (
  <Icon>
    <path d="M5 7h14M10 4h4M7 7l.8 12h8.400L17 7M10.5 11v5M13.5 11v5" />
  </Icon>
);

export const LinkIcon = () => (
  <Icon>
    <path d="M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.6-5.600L12 7.2" />
    <path d="M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.6 5.600l1.4-1.4" />
  </Icon>
);

;;; emacs --batch -L ... -l first_minute.el -- eglot|lsp CONFIGURATION FILE  -*- lexical-binding: t -*-
;; A user's first minute with the configuration that the command wrote. Every step waits for a condition.

(defvar story-client (nth 1 command-line-args-left))
(defvar story-configuration (nth 2 command-line-args-left))
(defvar story-file (nth 3 command-line-args-left))
(setq command-line-args-left nil
      make-backup-files nil
      create-lockfiles nil)

(defun story-step (name condition)
  "Say whether CONDITION, a function, comes to hold; end with an error if not."
  (let ((end (+ (float-time) 60)))
    (while (not (or (funcall condition) (> (float-time) end)))
      (accept-process-output nil 0.05))
    (princ (format "%s %s\n" (if (funcall condition) "ok  " "FAIL") name))
    (unless (funcall condition) (kill-emacs 1))))

(defun story-messages ()
  "The messages of the diagnostics that are shown, sorted."
  (sort (mapcar #'story-text (flymake-diagnostics)) #'string<))

(defun story-text (diagnostic)
  "The rule and the message of DIAGNOSTIC."
  (replace-regexp-in-string "\n" " " (flymake-diagnostic-text diagnostic)))

(defun story-has (&rest parts)
  "Whether the diagnostics are as many as PARTS, and each holds its part."
  (let ((found (story-messages)))
    (and (= (length found) (length parts))
         (not (memq nil (cl-mapcar (lambda (text part) (string-match-p (regexp-quote part) text)) found parts))))))

(require 'cl-lib)
(require 'flymake)
(load story-configuration)

(pcase story-client
  ("eglot"
   (require 'eglot)
   (setq eglot-sync-connect 30 eglot-autoshutdown nil)
   (find-file story-file)
   (apply #'eglot (eglot--guess-contact))
   (story-step "Eglot is connected to Rulewright"
               (lambda () (and (eglot-managed-p)
                               (string-match-p "rulewright" (format "%s" (plist-get (eglot--server-info (eglot-current-server)) :name)))))))
  ("lsp"
   (require 'lsp-mode)
   (setq lsp-auto-guess-root t
         lsp-session-file (expand-file-name "session" temporary-file-directory)
         lsp-diagnostics-provider :flymake
         lsp-enable-file-watchers nil
         lsp-headerline-breadcrumb-enable nil
         lsp-modeline-diagnostics-enable nil)
   ;; Another server of the same buffer, which knows nothing of rules: ours must join it.
   (lsp-register-client
    (make-lsp-client
     :new-connection (lsp-stdio-connection (list (getenv "RULEWRIGHT") "serve" "--stdio"))
     :environment-fn (lambda () '(("RULEWRIGHT_RULES_ENABLED" . "false")))
     :activation-fn (lambda (_file mode) (eq mode 'python-mode))
     :server-id 'other))
   (find-file story-file)
   (lsp)
   (story-step "both servers serve the buffer"
               (lambda ()
                 (let ((ids (mapcar (lambda (w) (lsp--client-server-id (lsp--workspace-client w)))
                                    (cl-remove-if-not
                                     (lambda (w) (eq 'initialized (lsp--workspace-status w)))
                                     (lsp-workspaces)))))
                   (and (memq 'rulewright ids) (memq 'other ids)))))))

(unless flymake-mode (flymake-mode 1))
(story-step "diagnostics show"
            (lambda () (flymake-start) (story-has "eval runs text as code" "print is for scripts")))
(goto-char (point-min))
(search-forward "eval")
(replace-match "safe")
;; It waits for Emacs to be idle, which a batch never is.
(when (equal story-client "eglot") (eglot--signal-textDocument/didChange))
;; No new start of Flymake: that drops what was reported, and lsp-mode reports it once. Where the report came while Flymake
;; was starting, lsp-mode has the diagnostics and Flymake shows none, so it is asked to hand them on.
(story-step "and follow what is typed"
            (lambda ()
              (when (equal story-client "lsp") (lsp-diagnostics--flymake-update-diagnostics))
              (story-has "print is for scripts")))
(set-buffer-modified-p nil)
(princ "all steps passed\n")
(kill-emacs 0)

"""What is learned from, and what was learned."""

from training.models.annotation import AnnotationOpinion, AnnotationPlan, AnnotationTask
from training.models.bandit import BanditChoice, BanditPolicy
from training.models.datasets import Dataset, DatasetItem, GoldQuestion
from training.models.feedback import AnswerRating, Feedback, FollowUp, SourceOpening
from training.models.imports import AnnotationImport, ImportedLine
from training.models.objections import LearningObjection
from training.models.risk import RiskWeights
from training.models.runs import TrainingRun
from training.models.shadow import ShadowQuestion
from training.models.unknown import UnknownQuestion, UnknownTurn

__all__ = [
    "AnnotationImport",
    "AnnotationOpinion",
    "AnnotationPlan",
    "AnnotationTask",
    "AnswerRating",
    "BanditChoice",
    "BanditPolicy",
    "Dataset",
    "DatasetItem",
    "Feedback",
    "FollowUp",
    "GoldQuestion",
    "ImportedLine",
    "LearningObjection",
    "RiskWeights",
    "ShadowQuestion",
    "SourceOpening",
    "TrainingRun",
    "UnknownQuestion",
    "UnknownTurn",
]
